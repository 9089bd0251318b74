package org.xunge.device

import android.app.ActivityManager
import android.content.Context
import android.content.Intent
import app.tauri.plugin.JSObject
import java.io.File

/** The app's side of the recorder: starts and stops the service in the other process and looks after its folder. */
internal class Recorder(private val context: Context) {
    fun start(args: RecordingArgs) {
        if (!args.patrol.matches(Regex("[0-9A-Za-z-]{1,64}"))) throw Refusal("bad_argument", "not a patrol's id")
        val intent = Intent(context, RecorderService::class.java)
            .putExtra(RecorderService.PATROL, args.patrol)
            .putExtra(RecorderService.EVERY_MS, args.everyMs)
            .putExtra(RecorderService.TITLE, args.notificationTitle)
            .putExtra(RecorderService.TEXT, args.notificationText)
        try {
            context.startForegroundService(intent)
        } catch (fault: RuntimeException) {
            // Android 12 refuses a start from the background; some brands refuse by their own rules.
            throw Refusal("recorder_refused", fault.javaClass.simpleName, fault)
        }
    }

    fun stop() {
        context.stopService(Intent(context, RecorderService::class.java))
    }

    /** The service starts and ends a moment after it was told to, so a caller that just told it says so. */
    fun state(justStarted: Boolean = false, justStopped: Boolean = false) = JSObject().apply {
        put("running", justStarted || (!justStopped && isRunning()))
        put("folder", folder(context).path)
    }

    /** Another process's memory cannot be read; the system still lists an app's own services to it. */
    @Suppress("DEPRECATION")
    private fun isRunning(): Boolean {
        val manager = context.getSystemService(Context.ACTIVITY_SERVICE) as ActivityManager
        return manager.getRunningServices(100).any { it.service.className == RecorderService::class.java.name }
    }

    companion object {
        fun folder(context: Context) = File(context.filesDir, "track")
    }
}
