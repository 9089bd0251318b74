// Only as much of androidx.core.view as the type check of the Kotlin code needs (scripts/android-kotlin.sh). Never shipped: the
// real library comes with Gradle. Signatures follow its public documentation.
package androidx.core.view

import android.view.View

class Insets(val left: Int, val top: Int, val right: Int, val bottom: Int)

class WindowInsetsCompat {
    fun getInsets(typeMask: Int): Insets = error("$typeMask")

    object Type {
        fun systemBars(): Int = 1
        fun displayCutout(): Int = 2
        fun ime(): Int = 4
    }

    companion object {
        @JvmField
        val CONSUMED: WindowInsetsCompat = WindowInsetsCompat()
    }
}

fun interface OnApplyWindowInsetsListener {
    fun onApplyWindowInsets(view: View, insets: WindowInsetsCompat): WindowInsetsCompat
}

object ViewCompat {
    fun setOnApplyWindowInsetsListener(view: View, listener: OnApplyWindowInsetsListener?): Unit = error("$view$listener")
}
