package org.xunge.device

import android.Manifest
import android.app.Activity
import android.content.Context
import android.net.ConnectivityManager
import android.os.Build
import androidx.activity.result.ActivityResult
import app.tauri.PermissionState
import app.tauri.annotation.ActivityCallback
import app.tauri.annotation.Command
import app.tauri.annotation.InvokeArg
import app.tauri.annotation.Permission
import app.tauri.annotation.PermissionCallback
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Invoke
import app.tauri.plugin.JSObject
import app.tauri.plugin.Plugin

@InvokeArg
internal class TakePhotoArgs {
    lateinit var purpose: String
}

@InvokeArg
internal class PathArgs {
    lateinit var path: String
}

@InvokeArg
internal class FixArgs {
    var goodEnoughM: Int = 20
    var waitMs: Long = 20_000
}

@InvokeArg
internal class RecordingArgs {
    lateinit var patrol: String
    var everyMs: Long = 5_000
    lateinit var notificationTitle: String
    lateinit var notificationText: String
}

@InvokeArg
internal class KeyArgs {
    lateinit var name: String
    var plain: String? = null
    var wrapped: String? = null
}

private const val LOCATION = "location"
private const val NOTIFICATIONS = "notifications"

/**
 * The Kotlin half of the plugin `device`: takes each call of src/mobile.rs to the class that does it. The screen cannot
 * reach these commands; no capability grants them.
 */
@TauriPlugin(
    permissions = [
        Permission(
            strings = [Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION],
            alias = LOCATION,
        ),
        Permission(strings = ["android.permission.POST_NOTIFICATIONS"], alias = NOTIFICATIONS),
    ],
)
class DevicePlugin(private val activity: Activity) : Plugin(activity) {
    private val captures = Captures(activity)
    private val position = Position(activity)
    private val recorder = Recorder(activity)
    private val keys = KeyBox()

    @Command
    fun takePhoto(invoke: Invoke) = answering(invoke, "camera_failed") {
        val intent = captures.open(invoke.parseArgs(TakePhotoArgs::class.java).purpose)
        try {
            startActivityForResult(invoke, intent, "photoTaken")
        } catch (fault: android.content.ActivityNotFoundException) {
            captures.forget()
            throw Refusal("no_camera", "no camera app answers", fault)
        }
    }

    @ActivityCallback
    fun photoTaken(invoke: Invoke, result: ActivityResult) = answering(invoke, "camera_failed") {
        // Some cameras answer "cancelled" although they wrote the picture: the file decides, not the code.
        val photo = captures.finished()
        if (photo == null) captures.forget()
        if (photo == null && result.resultCode == Activity.RESULT_OK) {
            throw Refusal("camera_failed", "the camera app left no picture")
        }
        invoke.resolve(JSObject().apply { put("photo", photo ?: org.json.JSONObject.NULL) })
    }

    @Command
    fun recoverPendingPhoto(invoke: Invoke) = answering(invoke, "device_unreadable") {
        invoke.resolve(JSObject().apply { put("photo", captures.finished() ?: org.json.JSONObject.NULL) })
    }

    @Command
    fun photoTakenOver(invoke: Invoke) = answering(invoke, "bad_argument") {
        captures.takenOver(invoke.parseArgs(PathArgs::class.java).path)
        invoke.resolve(JSObject())
    }

    @Command
    fun currentFix(invoke: Invoke) = answering(invoke, "no_fix") {
        requireLocation()
        val args = invoke.parseArgs(FixArgs::class.java)
        position.fix(args.goodEnoughM, args.waitMs) { fix ->
            if (fix == null) invoke.reject("no position in time", "no_fix") else invoke.resolve(fix)
        }
    }

    @Command
    fun locationPermission(invoke: Invoke) = invoke.resolve(granted())

    @Command
    fun askLocationPermission(invoke: Invoke) {
        // The recorder's notification may be hidden without harm, so only the position decides the answer.
        val wanted = if (Build.VERSION.SDK_INT >= 33) arrayOf(LOCATION, NOTIFICATIONS) else arrayOf(LOCATION)
        if (wanted.all { getPermissionState(it) == PermissionState.GRANTED }) {
            invoke.resolve(granted())
        } else {
            requestPermissionForAliases(wanted, invoke, "locationAsked")
        }
    }

    @PermissionCallback
    fun locationAsked(invoke: Invoke) = invoke.resolve(granted())

    @Command
    fun startRecording(invoke: Invoke) = answering(invoke, "recorder_refused") {
        requireLocation()
        position.requireOn()
        recorder.start(invoke.parseArgs(RecordingArgs::class.java))
        invoke.resolve(recorder.state(justStarted = true))
    }

    @Command
    fun stopRecording(invoke: Invoke) = answering(invoke, "recorder_refused") {
        recorder.stop()
        invoke.resolve(recorder.state(justStopped = true))
    }

    @Command
    fun recorderState(invoke: Invoke) = answering(invoke, "device_unreadable") { invoke.resolve(recorder.state()) }

    @Command
    fun networkMetered(invoke: Invoke) = answering(invoke, "device_unreadable") {
        val manager = activity.getSystemService(Context.CONNECTIVITY_SERVICE) as ConnectivityManager
        invoke.resolve(JSObject().apply { put("metered", manager.isActiveNetworkMetered) })
    }

    @Command
    fun wrapKey(invoke: Invoke) = answering(invoke, "key_store_failed") {
        val args = invoke.parseArgs(KeyArgs::class.java)
        invoke.resolve(keys.wrap(args.name, args.plain ?: throw Refusal("bad_argument", "nothing to wrap")))
    }

    @Command
    fun unwrapKey(invoke: Invoke) = answering(invoke, "key_store_failed") {
        val args = invoke.parseArgs(KeyArgs::class.java)
        invoke.resolve(keys.unwrap(args.name, args.wrapped ?: throw Refusal("bad_argument", "nothing to unwrap")))
    }

    @Command
    fun forgetKey(invoke: Invoke) = answering(invoke, "key_store_failed") {
        keys.forget(invoke.parseArgs(KeyArgs::class.java).name)
        invoke.resolve(JSObject())
    }

    private fun granted() = JSObject().apply {
        put(
            "location",
            when {
                mayLocate() -> "granted"
                getPermissionState(LOCATION) == PermissionState.DENIED -> "denied"
                else -> "prompt"
            },
        )
    }

    /** Since Android 12 a worker may grant only the approximate position; that still counts, with its accuracy said. */
    private fun mayLocate(): Boolean =
        listOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION).any {
            activity.checkSelfPermission(it) == android.content.pm.PackageManager.PERMISSION_GRANTED
        }

    private fun requireLocation() {
        if (!mayLocate()) throw Refusal("permission_denied", "the position may not be read")
    }
}
