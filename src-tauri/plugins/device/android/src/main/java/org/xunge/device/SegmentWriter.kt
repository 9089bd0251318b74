package org.xunge.device

import android.location.Location
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.util.Locale
import java.util.UUID

/** Points between two flushes to the disk: at one point per 5 s a dead battery costs half a minute. */
private const val POINTS_PER_SYNC = 6

/** Appends one stretch of a track to a file of its own; the form is described at src/segments.rs, which reads it. */
internal class SegmentWriter private constructor(private val out: FileOutputStream) {
    private var unsynced = 0

    fun append(location: Location) {
        val line = listOf(
            location.time,
            location.elapsedRealtimeNanos / 1_000_000,
            Position.e7(location.latitude),
            Position.e7(location.longitude),
            Position.accuracyCm(location),
            Position.source(location),
            if (Position.isMock(location)) 1 else 0,
        ).joinToString(",", postfix = "\n")
        // One write per line, so that the end of the process can tear only the last one.
        out.write(line.toByteArray(Charsets.US_ASCII))
        unsynced += 1
        if (unsynced >= POINTS_PER_SYNC) sync()
    }

    fun close() {
        try {
            sync()
        } finally {
            out.close()
        }
    }

    private fun sync() {
        out.fd.sync()
        unsynced = 0
    }

    companion object {
        /**
         * A new file in `folder`, after all that are there already. A number may come again once the files before were
         * taken over; the random part does not, so that nothing noted about an old file is taken for a new one.
         */
        fun create(folder: File): SegmentWriter {
            if (!folder.isDirectory && !folder.mkdirs()) throw IOException("no folder for the track")
            val last = folder.list().orEmpty().mapNotNull { it.substringBefore('-').toIntOrNull() }.maxOrNull() ?: 0
            val name = "%04d-%s.txt".format(Locale.ROOT, last + 1, UUID.randomUUID().toString().take(8))
            val out = FileOutputStream(File(folder, name), true)
            out.write("xunge-track 1\n".toByteArray(Charsets.US_ASCII))
            out.fd.sync()
            return SegmentWriter(out)
        }
    }
}
