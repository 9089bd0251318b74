package org.xunge.device

import android.annotation.SuppressLint
import android.content.Context
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.os.SystemClock
import app.tauri.plugin.JSObject

/** One position on request, from the platform's own providers: most phones here have no Google services. */
internal class Position(context: Context) {
    private val manager = context.getSystemService(Context.LOCATION_SERVICE) as LocationManager
    private val main = Handler(Looper.getMainLooper())

    fun requireOn() {
        if (providers(manager).isEmpty()) throw Refusal("location_off", "the phone's location is switched off")
    }

    /** Gives the first fix that is good enough, or after `waitMs` the best one seen, or null. Exactly one answer. */
    @SuppressLint("MissingPermission") // asked by DevicePlugin before
    fun fix(goodEnoughM: Int, waitMs: Long, answer: (JSObject?) -> Unit) {
        requireOn()
        main.post {
            var best: Location? = null
            var answered = false
            lateinit var listener: LocationListener
            fun finish() {
                if (answered) return
                answered = true
                manager.removeUpdates(listener)
                answer(best?.let(::toJson))
            }
            listener = object : LocationListener {
                override fun onLocationChanged(location: Location) {
                    if (best?.let { location.accuracy < it.accuracy } != false) best = location
                    if (location.hasAccuracy() && location.accuracy <= goodEnoughM) finish()
                }

                // Abstract before Android 11: without these an old phone would end with AbstractMethodError.
                override fun onProviderEnabled(provider: String) = Unit
                override fun onProviderDisabled(provider: String) = Unit
                @Deprecated("never called since Android 10")
                override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) = Unit
            }
            try {
                providers(manager).forEach { manager.requestLocationUpdates(it, 0L, 0f, listener, Looper.getMainLooper()) }
                main.postDelayed({ finish() }, waitMs)
            } catch (fault: RuntimeException) {
                finish()
            }
        }
    }

    private fun toJson(location: Location) = JSObject().apply {
        put("latitudeE7", e7(location.latitude))
        put("longitudeE7", e7(location.longitude))
        put("accuracyCm", accuracyCm(location))
        put("atMs", location.time)
        put("ageMs", ((SystemClock.elapsedRealtimeNanos() - location.elapsedRealtimeNanos) / 1_000_000).coerceIn(0, Int.MAX_VALUE.toLong()))
        put("source", source(location))
        put("mock", isMock(location))
    }

    companion object {
        /** Those that are switched on; "fused" is the platform's own since Android 12. */
        fun providers(manager: LocationManager): List<String> =
            listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER, "fused").filter {
                (it != "fused" || Build.VERSION.SDK_INT >= 31) && it in manager.allProviders && manager.isProviderEnabled(it)
            }

        fun e7(degrees: Double): Int = Math.round(degrees * 1e7).toInt()

        /** A position without accuracy is as good as none: 100 km. */
        fun accuracyCm(location: Location): Int =
            if (location.hasAccuracy()) (location.accuracy * 100).toInt().coerceIn(0, 10_000_000) else 10_000_000

        fun source(location: Location): String = when (location.provider) {
            LocationManager.GPS_PROVIDER -> "gps"
            LocationManager.NETWORK_PROVIDER -> "network"
            else -> "fused"
        }

        @Suppress("DEPRECATION")
        fun isMock(location: Location): Boolean =
            if (Build.VERSION.SDK_INT >= 31) location.isMock else location.isFromMockProvider
    }
}
