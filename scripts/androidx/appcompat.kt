// Only as much of androidx.appcompat as the type check of the Kotlin code needs (scripts/android-kotlin.sh). Never shipped: the
// real library comes with Gradle. Signatures follow its public documentation.
package androidx.appcompat.app

abstract class AppCompatActivity : androidx.activity.ComponentActivity() {
    override val lifecycle: androidx.lifecycle.Lifecycle get() = error("")
}
