#include "net/quic/quic_connection.hpp"

#include <gnutls/crypto.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

// How a connection begins: what ngtcp2 is told, and what it calls.

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

ngtcp2_duration to_ngtcp2(std::chrono::nanoseconds time) {
    return static_cast<ngtcp2_duration>(time.count());
}

void fill_randomly(void* to, std::size_t size) {
    gnutls_rnd(GNUTLS_RND_NONCE, to, size);
}

void add_address(ngtcp2_addr& to, const udp::endpoint& end) {
    to.addr = const_cast<sockaddr*>(end.data());
    to.addrlen = static_cast<ngtcp2_socklen>(end.size());
}

// What a stranger may send before somebody reads it: requests are small.
constexpr std::uint64_t request_window = 64 * 1024;
constexpr std::uint64_t all_requests_window = 256 * 1024;
constexpr std::uint64_t first_stream_window = 1024 * 1024;
// Connection ids that the far end may give us ahead, to move to other addresses with.
constexpr std::uint64_t spare_ids = 4;

}  // namespace

ngtcp2_tstamp quic_now() noexcept {
    return static_cast<ngtcp2_tstamp>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
            .count());
}

// The functions that ngtcp2 calls, each with the connection as `user_data`.
struct QuicConnection::Callbacks {
    static QuicConnection& self(void* user_data) { return *static_cast<QuicConnection*>(user_data); }

    static int handshake_completed(ngtcp2_conn*, void* user_data) { return self(user_data).on_handshake_completed(); }

    static int recv_stream_data(ngtcp2_conn*, std::uint32_t flags, std::int64_t, std::uint64_t,
                                const std::uint8_t* data, std::size_t size, void* user_data, void* stream) {
        if (stream == nullptr) {
            return 0;
        }
        return self(user_data).on_stream_data(*static_cast<StreamState*>(stream),
                                              {reinterpret_cast<const std::byte*>(data), size}, flags);
    }

    static int acked_stream_data_offset(ngtcp2_conn*, std::int64_t, std::uint64_t, std::uint64_t size, void*,
                                        void* stream) {
        if (stream != nullptr) {
            static_cast<StreamState*>(stream)->acknowledged(static_cast<std::size_t>(size));
        }
        return 0;
    }

    static int stream_open(ngtcp2_conn*, std::int64_t id, void* user_data) {
        return self(user_data).on_stream_opened(id);
    }

    static int stream_close(ngtcp2_conn*, std::uint32_t, std::int64_t, std::uint64_t, void* user_data, void* stream) {
        if (stream != nullptr) {
            self(user_data).on_stream_closed(*static_cast<StreamState*>(stream));
        }
        return 0;
    }

    static int stream_reset(ngtcp2_conn*, std::int64_t, std::uint64_t, std::uint64_t, void* user_data, void* stream) {
        if (stream != nullptr) {
            auto& state = *static_cast<StreamState*>(stream);
            state.read_failed(asio::error::connection_reset);
            self(user_data).touch(state);
        }
        return 0;
    }

    static int extend_max_local_streams_bidi(ngtcp2_conn*, std::uint64_t, void* user_data) {
        self(user_data).host_.schedule(self(user_data));
        return 0;
    }

    static void rand(std::uint8_t* to, std::size_t size, const ngtcp2_rand_ctx*) { fill_randomly(to, size); }

    static int get_new_connection_id(ngtcp2_conn*, ngtcp2_cid* id, std::uint8_t* token, std::size_t size,
                                     void* user_data) {
        if (size != own_id_size) {
            return NGTCP2_ERR_CALLBACK_FAILURE;
        }
        QuicConnection& connection = self(user_data);
        connection.host_.make_id(*id, {token, NGTCP2_STATELESS_RESET_TOKENLEN}, connection);
        connection.ids_.push_back(*id);
        return 0;
    }

    static int remove_connection_id(ngtcp2_conn*, const ngtcp2_cid* id, void* user_data) {
        QuicConnection& connection = self(user_data);
        connection.host_.remove_id(*id);
        std::erase_if(connection.ids_, [id](const ngtcp2_cid& each) { return ngtcp2_cid_eq(&each, id) != 0; });
        return 0;
    }
};

const ngtcp2_callbacks& QuicConnection::callbacks() {
    static const ngtcp2_callbacks table = [] {
        ngtcp2_callbacks made{};
        made.client_initial = ngtcp2_crypto_client_initial_cb;
        made.recv_client_initial = ngtcp2_crypto_recv_client_initial_cb;
        made.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
        made.encrypt = ngtcp2_crypto_encrypt_cb;
        made.decrypt = ngtcp2_crypto_decrypt_cb;
        made.hp_mask = ngtcp2_crypto_hp_mask_cb;
        made.recv_retry = ngtcp2_crypto_recv_retry_cb;
        made.update_key = ngtcp2_crypto_update_key_cb;
        made.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
        made.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
        made.get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
        made.version_negotiation = ngtcp2_crypto_version_negotiation_cb;
        made.handshake_completed = Callbacks::handshake_completed;
        made.recv_stream_data = Callbacks::recv_stream_data;
        made.acked_stream_data_offset = Callbacks::acked_stream_data_offset;
        made.stream_open = Callbacks::stream_open;
        made.stream_close = Callbacks::stream_close;
        made.stream_reset = Callbacks::stream_reset;
        made.extend_max_local_streams_bidi = Callbacks::extend_max_local_streams_bidi;
        made.rand = Callbacks::rand;
        made.get_new_connection_id = Callbacks::get_new_connection_id;
        made.remove_connection_id = Callbacks::remove_connection_id;
        return made;
    }();
    return table;
}

ngtcp2_settings QuicConnection::make_settings() const {
    ngtcp2_settings settings;
    ngtcp2_settings_default(&settings);
    settings.initial_ts = quic_now();
    settings.cc_algo = NGTCP2_CC_ALGO_CUBIC;
    settings.handshake_timeout = to_ngtcp2(host_.settings().quic_handshake_timeout);
    settings.max_window = host_.settings().max_quic_window;
    settings.max_stream_window = host_.settings().max_quic_stream_window;
    settings.max_tx_udp_payload_size = NGTCP2_MAX_PMTUD_UDP_PAYLOAD_SIZE;
    return settings;
}

ngtcp2_transport_params QuicConnection::make_parameters() const {
    ngtcp2_transport_params parameters;
    ngtcp2_transport_params_default(&parameters);
    const Settings& settings = host_.settings();
    parameters.max_idle_timeout = to_ngtcp2(settings.quic_idle_timeout);
    parameters.active_connection_id_limit = spare_ids;
    parameters.initial_max_streams_uni = 0;
    if (is_client()) {
        // Who answers opens no streams.
        parameters.initial_max_streams_bidi = 0;
        parameters.initial_max_stream_data_bidi_local =
            std::min<std::uint64_t>(first_stream_window, settings.max_quic_stream_window);
        parameters.initial_max_data = std::min<std::uint64_t>(2 * first_stream_window, settings.max_quic_window);
    } else {
        parameters.initial_max_streams_bidi = settings.max_quic_streams;
        parameters.initial_max_stream_data_bidi_remote =
            std::min<std::uint64_t>(request_window, settings.max_quic_stream_window);
        parameters.initial_max_data = std::min<std::uint64_t>(all_requests_window, settings.max_quic_window);
    }
    return parameters;
}

QuicConnection::QuicConnection(ConnectionHost& host, const udp::endpoint& to, const KeyHash& expected)
    : host_(host), expected_(expected), remote_(to), timer_(host.strand()) {}

QuicConnection::QuicConnection(ConnectionHost& host, const Initial& initial)
    : host_(host), local_(initial.to), remote_(initial.from), ticket_(initial.ticket), timer_(host.strand()) {}

void QuicConnection::begin(const udp::endpoint& from) {
    local_ = from;
    tls_.emplace(*expected_, host_.protocol());
    ngtcp2_cid own{};
    std::array<std::uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> unused{};
    host_.make_id(own, unused, *this);
    ids_.push_back(own);
    ngtcp2_cid theirs{};
    theirs.datalen = NGTCP2_MIN_INITIAL_DCIDLEN + 8;
    fill_randomly(theirs.data, theirs.datalen);
    ngtcp2_path path{};
    add_address(path.local, from);
    add_address(path.remote, remote_);
    const ngtcp2_settings settings = make_settings();
    const ngtcp2_transport_params parameters = make_parameters();
    if (ngtcp2_conn_client_new(&connection_, &theirs, &own, &path, NGTCP2_PROTO_VER_V1, &callbacks(), &settings,
                               &parameters, nullptr, this) != 0) {
        throw std::bad_alloc();
    }
    ngtcp2_conn_set_tls_native_handle(connection_, tls_->native());
    tls_->serve(connection_);
}

void QuicConnection::begin(const Initial& initial) {
    tls_.emplace(host_.identity(), host_.protocol());
    ngtcp2_cid own{};
    ngtcp2_transport_params parameters = make_parameters();
    host_.make_id(own, parameters.stateless_reset_token, *this);
    parameters.stateless_reset_token_present = 1;
    // The client goes on using the id that it began with until it has heard ours.
    host_.add_id(initial.header.dcid, *this);
    ids_ = {own, initial.header.dcid};
    ngtcp2_settings settings = make_settings();
    ngtcp2::set_original_dcid(parameters, initial.before_retry.value_or(initial.header.dcid));
    if (initial.before_retry) {
        parameters.retry_scid = initial.header.dcid;
        parameters.retry_scid_present = 1;
        ngtcp2::set_token(settings, ngtcp2::token_of(initial.header));
    }
    ngtcp2_path path{};
    add_address(path.local, initial.to);
    add_address(path.remote, initial.from);
    if (ngtcp2_conn_server_new(&connection_, &initial.header.scid, &own, &path, initial.header.version, &callbacks(),
                               &settings, &parameters, nullptr, this) != 0) {
        throw std::bad_alloc();
    }
    ngtcp2_conn_set_tls_native_handle(connection_, tls_->native());
    tls_->serve(connection_);
}

}  // namespace gnutella::net
