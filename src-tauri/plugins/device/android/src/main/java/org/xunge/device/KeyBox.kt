package org.xunge.device

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyInfo
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import android.util.Base64
import app.tauri.plugin.JSObject
import java.security.KeyStore
import java.security.UnrecoverableKeyException
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.SecretKeyFactory
import javax.crypto.spec.GCMParameterSpec

private const val STORE = "AndroidKeyStore"
private const val CIPHER = "AES/GCM/NoPadding"
private const val NONCE_BYTES = 12
private const val TAG_BITS = 128

/**
 * Wraps small keys by AES-256-GCM keys that never leave Android's key store. Not bound to the screen lock: many workers
 * have none, and changing it would destroy the key; the PIN of the app guards on top (Argon2id, in Rust).
 */
internal class KeyBox {
    private val store: KeyStore = KeyStore.getInstance(STORE).apply { load(null) }

    fun wrap(name: String, plain: String): JSObject {
        val key = find(name) ?: make(name)
        val bytes = Base64.decode(plain, Base64.NO_WRAP)
        try {
            val cipher = Cipher.getInstance(CIPHER).apply {
                init(Cipher.ENCRYPT_MODE, key)
                updateAAD(name.toByteArray())
            }
            val sealed = cipher.iv + cipher.doFinal(bytes)
            return JSObject().apply {
                put("wrapped", Base64.encodeToString(sealed, Base64.NO_WRAP))
                put("safety", safety(key))
            }
        } finally {
            bytes.fill(0)
        }
    }

    fun unwrap(name: String, wrapped: String): JSObject {
        val key = find(name) ?: throw Refusal("key_lost", "the phone has no such key")
        val sealed = Base64.decode(wrapped, Base64.NO_WRAP)
        if (sealed.size <= NONCE_BYTES) throw Refusal("key_wrong", "too short to be a wrapped key")
        try {
            val cipher = Cipher.getInstance(CIPHER).apply {
                init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES))
                updateAAD(name.toByteArray())
            }
            val plain = cipher.doFinal(sealed, NONCE_BYTES, sealed.size - NONCE_BYTES)
            try {
                return JSObject().apply { put("plain", Base64.encodeToString(plain, Base64.NO_WRAP)) }
            } finally {
                plain.fill(0)
            }
        } catch (fault: AEADBadTagException) {
            throw Refusal("key_wrong", "not wrapped by this phone's key", fault)
        } catch (fault: KeyPermanentlyInvalidatedException) {
            throw Refusal("key_lost", "the phone has made its key invalid", fault)
        }
    }

    fun forget(name: String) = store.deleteEntry(alias(name))

    private fun find(name: String): SecretKey? = try {
        store.getKey(alias(name), null) as SecretKey?
    } catch (fault: UnrecoverableKeyException) {
        throw Refusal("key_lost", "the phone cannot read its key any more", fault)
    }

    private fun make(name: String): SecretKey {
        if (Build.VERSION.SDK_INT >= 28) {
            try {
                return generate(name, strongBox = true)
            } catch (none: StrongBoxUnavailableException) {
                // Most phones of this price have no separate chip; the trusted environment does.
            }
        }
        return generate(name, strongBox = false)
    }

    private fun generate(name: String, strongBox: Boolean): SecretKey {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val spec = KeyGenParameterSpec.Builder(alias(name), purposes)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(256)
        if (strongBox && Build.VERSION.SDK_INT >= 28) spec.setIsStrongBoxBacked(true)
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).run {
            init(spec.build())
            generateKey()
        }
    }

    @Suppress("DEPRECATION")
    private fun safety(key: SecretKey): String {
        val info = SecretKeyFactory.getInstance(key.algorithm, STORE).getKeySpec(key, KeyInfo::class.java) as KeyInfo
        if (Build.VERSION.SDK_INT >= 31) {
            return when (info.securityLevel) {
                KeyProperties.SECURITY_LEVEL_STRONGBOX -> "strongBox"
                KeyProperties.SECURITY_LEVEL_TRUSTED_ENVIRONMENT -> "trustedEnvironment"
                else -> "software"
            }
        }
        return if (info.isInsideSecureHardware) "trustedEnvironment" else "software"
    }

    private fun alias(name: String) = "xunge.$name"
}
