package org.xunge.device

import app.tauri.plugin.Invoke

/** Why the phone does not do what it was asked; `code` is one of those listed in src/error.rs. */
internal class Refusal(val code: String, message: String, cause: Throwable? = null) : Exception(message, cause)

/** Runs a command so that whatever it throws becomes an answer: a command without an answer would block Rust. */
internal inline fun answering(invoke: Invoke, otherwise: String, work: () -> Unit) {
    try {
        work()
    } catch (refusal: Refusal) {
        invoke.reject(refusal.message, refusal.code)
    } catch (fault: Exception) {
        // The class alone: a message may carry a path or a value that has no place in a log.
        invoke.reject(fault.javaClass.simpleName, otherwise)
    }
}
