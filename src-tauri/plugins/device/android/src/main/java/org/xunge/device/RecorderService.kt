package org.xunge.device

import android.annotation.SuppressLint
import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Bundle
import android.os.IBinder
import android.os.Looper
import java.io.File
import java.io.IOException

/**
 * Records a patrol with the screen off, in the process `:track`. Appends what the phone gives and nothing else: a gap
 * stays a gap. Android may end it at any time and it does not come back by itself (START_NOT_STICKY), because a
 * recorder that restarts unseen would follow a worker who thinks it is off.
 */
class RecorderService : Service(), LocationListener {
    private var patrol: String? = null
    private var segment: SegmentWriter? = null
    private val locations by lazy { getSystemService(Context.LOCATION_SERVICE) as LocationManager }

    override fun onBind(intent: Intent?): IBinder? = null

    @SuppressLint("MissingPermission") // asked by DevicePlugin before; the SecurityException below says if withdrawn
    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        val wanted = intent?.getStringExtra(PATROL)
        try {
            // Android ends an app that was started this way and shows no notification within seconds.
            showNotification(intent)
            if (wanted == null) {
                stopSelf()
            } else if (wanted != patrol) {
                locations.removeUpdates(this)
                segment?.close()
                segment = SegmentWriter.create(File(Recorder.folder(this), wanted))
                patrol = wanted
                val every = intent.getLongExtra(EVERY_MS, 5_000).coerceAtLeast(1_000)
                // Satellites alone when there are any: a mixture jumps between houses.
                val providers = Position.providers(locations)
                val chosen = providers.filter { it == LocationManager.GPS_PROVIDER }.ifEmpty { providers }
                chosen.forEach { locations.requestLocationUpdates(it, every, 0f, this, Looper.getMainLooper()) }
            }
        } catch (fault: SecurityException) {
            stopSelf()
        } catch (fault: IOException) {
            stopSelf()
        }
        return START_NOT_STICKY
    }

    override fun onLocationChanged(location: Location) {
        try {
            segment?.append(location)
        } catch (fault: IOException) {
            // No room left: what was written stays, the notification goes, the worker sees the recorder stopped.
            stopSelf()
        }
    }

    // Abstract before Android 11.
    override fun onProviderEnabled(provider: String) = Unit
    override fun onProviderDisabled(provider: String) = Unit
    @Deprecated("never called since Android 10")
    override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) = Unit

    override fun onDestroy() {
        locations.removeUpdates(this)
        try {
            segment?.close()
        } catch (fault: IOException) {
            // Each line stands alone; the last one may be missing.
        }
        super.onDestroy()
    }

    private fun showNotification(intent: Intent?) {
        val title = intent?.getStringExtra(TITLE).orEmpty()
        val manager = getSystemService(Context.NOTIFICATION_SERVICE) as NotificationManager
        // Low: it is seen, but makes no sound every time a patrol starts.
        manager.createNotificationChannel(NotificationChannel(CHANNEL, title, NotificationManager.IMPORTANCE_LOW))
        val open = packageManager.getLaunchIntentForPackage(packageName)?.let {
            PendingIntent.getActivity(this, 0, it, PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT)
        }
        val notification = Notification.Builder(this, CHANNEL)
            .setSmallIcon(R.drawable.xunge_recording)
            .setContentTitle(title)
            .setContentText(intent?.getStringExtra(TEXT).orEmpty())
            .setContentIntent(open)
            .setOngoing(true)
            // Where a worker walks is nobody's business on a locked screen.
            .setVisibility(Notification.VISIBILITY_PRIVATE)
            .build()
        if (Build.VERSION.SDK_INT >= 29) {
            startForeground(NOTIFICATION, notification, ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION)
        } else {
            startForeground(NOTIFICATION, notification)
        }
    }

    companion object {
        const val PATROL = "patrol"
        const val EVERY_MS = "everyMs"
        const val TITLE = "title"
        const val TEXT = "text"
        private const val CHANNEL = "recorder"
        private const val NOTIFICATION = 1
    }
}
