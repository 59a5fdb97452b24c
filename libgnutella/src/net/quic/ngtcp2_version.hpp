#pragma once

#include <ngtcp2/ngtcp2.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include <cstddef>
#include <cstdint>
#include <span>

// What ngtcp2 calls differently in 0.12 (Debian 12) and 1.x (newer ones). All else is the same in both, or not used.

namespace gnutella::net::ngtcp2 {

/// Why a connection is closed, as CONNECTION_CLOSE says it.
#if NGTCP2_VERSION_NUM >= 0x010000
using CloseReason = ngtcp2_ccerr;
#else
using CloseReason = ngtcp2_connection_close_error;
#endif

/// The reason that belongs to an error code of the library.
inline CloseReason reason_of(int library_error, ngtcp2_conn* connection) {
    CloseReason reason{};
#if NGTCP2_VERSION_NUM >= 0x010000
    ngtcp2_ccerr_default(&reason);
    if (library_error == NGTCP2_ERR_CRYPTO) {
        ngtcp2_ccerr_set_tls_alert(&reason, ngtcp2_conn_get_tls_alert(connection), nullptr, 0);
    } else {
        ngtcp2_ccerr_set_liberr(&reason, library_error, nullptr, 0);
    }
#else
    ngtcp2_connection_close_error_default(&reason);
    if (library_error == NGTCP2_ERR_CRYPTO) {
        const auto alert = ngtcp2_conn_get_tls_alert(connection);
        ngtcp2_connection_close_error_set_transport_error_tls_alert(&reason, alert, nullptr, 0);
    } else {
        ngtcp2_connection_close_error_set_transport_error_liberr(&reason, library_error, nullptr, 0);
    }
#endif
    return reason;
}

/// A reason of the application's own.
inline CloseReason application_reason(std::uint64_t code) {
    CloseReason reason{};
#if NGTCP2_VERSION_NUM >= 0x010000
    ngtcp2_ccerr_default(&reason);
    ngtcp2_ccerr_set_application_error(&reason, code, nullptr, 0);
#else
    ngtcp2_connection_close_error_default(&reason);
    ngtcp2_connection_close_error_set_application_error(&reason, code, nullptr, 0);
#endif
    return reason;
}

inline int shutdown_stream_read(ngtcp2_conn* connection, std::int64_t stream, std::uint64_t code) {
#if NGTCP2_VERSION_NUM >= 0x010000
    return ngtcp2_conn_shutdown_stream_read(connection, 0, stream, code);
#else
    return ngtcp2_conn_shutdown_stream_read(connection, stream, code);
#endif
}

inline int shutdown_stream_write(ngtcp2_conn* connection, std::int64_t stream, std::uint64_t code) {
#if NGTCP2_VERSION_NUM >= 0x010000
    return ngtcp2_conn_shutdown_stream_write(connection, 0, stream, code);
#else
    return ngtcp2_conn_shutdown_stream_write(connection, stream, code);
#endif
}

/// The address validation token of an Initial packet.
inline std::span<const std::uint8_t> token_of(const ngtcp2_pkt_hd& header) {
#if NGTCP2_VERSION_NUM >= 0x010000
    return {header.token, header.tokenlen};
#else
    return {header.token.base, header.token.len};
#endif
}

/// `token` must stay as long as the settings are used.
inline void set_token(ngtcp2_settings& settings, std::span<const std::uint8_t> token) {
#if NGTCP2_VERSION_NUM >= 0x010000
    settings.token = token.data();
    settings.tokenlen = token.size();
#else
    settings.token = {const_cast<std::uint8_t*>(token.data()), token.size()};
#endif
}

inline void set_original_dcid(ngtcp2_transport_params& parameters, const ngtcp2_cid& id) {
    parameters.original_dcid = id;
#if NGTCP2_VERSION_NUM >= 0x010000
    parameters.original_dcid_present = 1;
#endif
}

}  // namespace gnutella::net::ngtcp2
