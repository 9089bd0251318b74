// What Gradle generates for the plugin, as far as the type check needs it.
package org.xunge.device

object R {
    object drawable {
        const val xunge_recording: Int = 1
    }
}
