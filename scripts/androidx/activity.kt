// Only as much of androidx.activity as the type check of the Kotlin code needs (scripts/android-kotlin.sh). Never shipped: the
// real library comes with Gradle. Signatures follow its public documentation.
package androidx.activity

import androidx.activity.result.ActivityResultCallback
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContract
import androidx.lifecycle.LifecycleOwner

abstract class OnBackPressedCallback(enabled: Boolean) {
    var isEnabled: Boolean = enabled
    abstract fun handleOnBackPressed()
}

class OnBackPressedDispatcher {
    fun addCallback(owner: LifecycleOwner, callback: OnBackPressedCallback): Unit = error("$owner$callback")
}

abstract class ComponentActivity : android.app.Activity(), LifecycleOwner {
    val onBackPressedDispatcher: OnBackPressedDispatcher = OnBackPressedDispatcher()

    fun <I, O> registerForActivityResult(
        contract: ActivityResultContract<I, O>,
        callback: ActivityResultCallback<O>,
    ): ActivityResultLauncher<I> = error("$contract$callback")

    // Declared again with a non-null intent, as the real class does.
    override fun onNewIntent(intent: android.content.Intent) = super.onNewIntent(intent)
}

fun ComponentActivity.enableEdgeToEdge(): Unit = error("$this")
