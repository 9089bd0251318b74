package org.xunge.device

import androidx.core.content.FileProvider

/** A provider class of its own, so that its paths cannot be widened by another library's FileProvider. */
class CaptureProvider : FileProvider()
