// Only as much of androidx.webkit as the type check of the Kotlin code needs (scripts/android-kotlin.sh). Never shipped: the
// real library comes with Gradle. Signatures follow its public documentation.
package androidx.webkit

import android.content.Context
import android.net.Uri
import android.webkit.WebResourceResponse
import android.webkit.WebView

class WebViewAssetLoader {
    fun shouldInterceptRequest(url: Uri): WebResourceResponse? = error("$url")

    interface PathHandler {
        fun handle(path: String): WebResourceResponse?
    }

    class AssetsPathHandler(val context: Context) : PathHandler {
        override fun handle(path: String): WebResourceResponse? = null
    }

    class Builder {
        fun setDomain(domain: String): Builder = error(domain)
        fun addPathHandler(path: String, handler: PathHandler): Builder = error("$path$handler")
        fun build(): WebViewAssetLoader = error("")
    }
}

interface ScriptHandler

object WebViewCompat {
    fun addDocumentStartJavaScript(view: WebView, script: String, origins: Set<String>): ScriptHandler =
        error("$view$script$origins")
}

object WebViewFeature {
    const val DOCUMENT_START_SCRIPT: String = "DOCUMENT_START_SCRIPT"
    fun isFeatureSupported(feature: String): Boolean = error(feature)
}
