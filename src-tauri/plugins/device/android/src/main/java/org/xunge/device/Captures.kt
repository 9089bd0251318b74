package org.xunge.device

import android.content.ClipData
import android.content.Context
import android.content.Intent
import android.provider.MediaStore
import androidx.core.content.FileProvider
import app.tauri.plugin.JSObject
import java.io.File
import java.util.UUID

/** Room a picture may need; with less the camera would leave half a file. */
private const val ROOM_FOR_A_PICTURE = 32L * 1024 * 1024

/**
 * Pictures on their way from the phone's camera app to Rust. At most one is open. It is on record before the camera
 * starts, because Android may end this process while the camera has the screen; Rust asks for it at the next start.
 */
internal class Captures(private val context: Context) {
    private val folder = File(context.filesDir, "capture")
    private val record = context.getSharedPreferences("xunge_capture", Context.MODE_PRIVATE)

    /** Puts a new capture on record; the intent that starts the camera for it. */
    fun open(purpose: String): Intent {
        if (finished() != null) throw Refusal("capture_pending", "an earlier picture was not taken over")
        forget()
        if (!folder.isDirectory && !folder.mkdirs()) throw Refusal("camera_failed", "no folder for captures")
        // A camera that wrote after the worker had gone back left a picture nobody asked for.
        folder.listFiles().orEmpty().forEach { it.delete() }
        if (folder.usableSpace < ROOM_FOR_A_PICTURE) throw Refusal("storage_full", "no room for a picture")
        val file = File(folder, "${UUID.randomUUID()}.jpg")
        // commit, not apply: it must be on the disk before the camera opens.
        val kept = record.edit()
            .putString("path", file.path)
            .putString("purpose", purpose)
            .putLong("openedAt", System.currentTimeMillis())
            .commit()
        if (!kept) throw Refusal("storage_full", "the capture could not be put on record")
        val uri = FileProvider.getUriForFile(context, "${context.packageName}.capture", file)
        return Intent(MediaStore.ACTION_IMAGE_CAPTURE).apply {
            putExtra(MediaStore.EXTRA_OUTPUT, uri)
            // Old cameras read the grant from the clip, not from the extra.
            clipData = ClipData.newRawUri(null, uri)
            addFlags(Intent.FLAG_GRANT_WRITE_URI_PERMISSION or Intent.FLAG_GRANT_READ_URI_PERMISSION)
        }
    }

    /** The open capture, if the camera wrote something. */
    fun finished(): JSObject? {
        val file = File(record.getString("path", null) ?: return null)
        if (file.length() == 0L) return null
        return JSObject().apply {
            put("path", file.path)
            put("purpose", record.getString("purpose", "") ?: "")
            put("openedAtMs", record.getLong("openedAt", 0))
            put("length", file.length())
        }
    }

    /** Rust has the bytes safe: the original goes. */
    fun takenOver(path: String) {
        val file = File(path).canonicalFile
        if (file.parentFile != folder.canonicalFile) throw Refusal("bad_argument", "not a capture")
        if (file.exists() && !file.delete()) throw Refusal("camera_failed", "the original could not be deleted")
        if (record.getString("path", null)?.let { File(it).canonicalFile } == file) record.edit().clear().commit()
    }

    /** Drops an open capture that came to nothing, with whatever empty file it left. */
    fun forget() {
        record.getString("path", null)?.let { path ->
            val file = File(path)
            if (file.length() == 0L) file.delete()
        }
        record.edit().clear().commit()
    }
}
