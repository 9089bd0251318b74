// Only as much of androidx.activity.result as the type check of the Kotlin code needs (scripts/android-kotlin.sh). Never shipped: the
// real library comes with Gradle. Signatures follow its public documentation.
package androidx.activity.result

import android.content.Intent
import android.content.IntentSender

fun interface ActivityResultCallback<O> {
    fun onActivityResult(result: O)
}

abstract class ActivityResultLauncher<I> {
    abstract fun launch(input: I)
}

class ActivityResult(val resultCode: Int, val data: Intent?)

class IntentSenderRequest {
    class Builder(val sender: IntentSender) {
        fun build(): IntentSenderRequest = error("$sender")
    }
}
