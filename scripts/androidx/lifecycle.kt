// Only as much of androidx.lifecycle as the type check of the Kotlin code needs (scripts/android-kotlin.sh). Never shipped: the
// real library comes with Gradle. Signatures follow its public documentation.
package androidx.lifecycle

interface LifecycleObserver

interface DefaultLifecycleObserver : LifecycleObserver {
    fun onCreate(owner: LifecycleOwner) {}
}

abstract class Lifecycle {
    abstract fun addObserver(observer: LifecycleObserver)
}

interface LifecycleOwner {
    val lifecycle: Lifecycle
}

object ProcessLifecycleOwner {
    fun get(): LifecycleOwner = error("")
}
