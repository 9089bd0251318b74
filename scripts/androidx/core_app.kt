// Only as much of androidx.core.app as the type check of the Kotlin code needs (scripts/android-kotlin.sh). Never shipped: the
// real library comes with Gradle. Signatures follow its public documentation.
package androidx.core.app

import android.app.Activity
import android.content.Context

object ActivityCompat {
    fun checkSelfPermission(context: Context, permission: String): Int = context.checkSelfPermission(permission)
    fun shouldShowRequestPermissionRationale(activity: Activity, permission: String): Boolean =
        activity.shouldShowRequestPermissionRationale(permission)
}
