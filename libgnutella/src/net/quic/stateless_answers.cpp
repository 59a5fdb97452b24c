#include "net/quic/stateless_answers.hpp"

#include "net/quic/ngtcp2_version.hpp"
#include "net/quic/quic_connection.hpp"

#include <gnutls/crypto.h>

#include <algorithm>

namespace gnutella::net {

using boost::asio::ip::udp;

namespace {

// Time in which a client must come back with a Retry's token.
constexpr ngtcp2_duration retry_lifetime = 10 * NGTCP2_SECONDS;
// A shorter packet might be a reset itself (RFC 9000, 10.3).
constexpr std::size_t smallest_reset = 1 + 20 + NGTCP2_STATELESS_RESET_TOKENLEN;
constexpr std::size_t largest_reset = 64;
// Bits of a reset's first byte that are as chance will have it. Without the third highest (17.3.1) it is no brace, with
// which JSON begins: nodes of ours hand that on, and do not look whether it is a reset.
constexpr std::uint8_t random_bits = 0x1f;

std::size_t size_or_nothing(ngtcp2_ssize written) {
    return written > 0 ? static_cast<std::size_t>(written) : 0;
}

ngtcp2_cid random_id() {
    ngtcp2_cid id{};
    id.datalen = own_id_size;
    gnutls_rnd(GNUTLS_RND_NONCE, id.data, id.datalen);
    return id;
}

}  // namespace

StatelessAnswers::StatelessAnswers(const IdentityKey& identity) : secret_(identity.secret("quic stateless answers")) {}

void StatelessAnswers::make_reset_token(const ngtcp2_cid& id, std::span<std::uint8_t> token) const {
    ngtcp2_crypto_generate_stateless_reset_token(token.data(), secret_.data(), secret_.size(), &id);
}

std::size_t StatelessAnswers::write_version_negotiation(Room to, const ngtcp2_version_cid& asked) const {
    // One that nobody speaks comes first, so that clients learn to skip what they do not know (RFC 9000, 15).
    constexpr std::uint32_t nobody_speaks = 0x1a2a3a4a;
    constexpr std::array<std::uint32_t, 2> versions{nobody_speaks, NGTCP2_PROTO_VER_V1};
    std::uint8_t random = 0;
    gnutls_rnd(GNUTLS_RND_NONCE, &random, sizeof random);
    return size_or_nothing(ngtcp2_pkt_write_version_negotiation(to.data(), to.size(), random, asked.scid, asked.scidlen,
                                                                asked.dcid, asked.dcidlen, versions.data(),
                                                                versions.size()));
}

std::size_t StatelessAnswers::write_retry(Room to, const ngtcp2_pkt_hd& initial, const udp::endpoint& from,
                                          std::size_t size, ngtcp2_tstamp now) const {
    const ngtcp2_cid id = random_id();
    std::array<std::uint8_t, NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN> token;
    const ngtcp2_ssize token_size =
        ngtcp2_crypto_generate_retry_token(token.data(), secret_.data(), secret_.size(), initial.version, from.data(),
                                           static_cast<ngtcp2_socklen>(from.size()), &id, &initial.dcid, now);
    if (token_size < 0) {
        return 0;
    }
    return size_or_nothing(ngtcp2_crypto_write_retry(to.data(), std::min(to.size(), 3 * size), initial.version,
                                                     &initial.scid, &id, &initial.dcid, token.data(),
                                                     static_cast<std::size_t>(token_size)));
}

std::optional<ngtcp2_cid> StatelessAnswers::check_retry(const ngtcp2_pkt_hd& initial, const udp::endpoint& from,
                                                        ngtcp2_tstamp now) const {
    const auto token = ngtcp2::token_of(initial);
    if (token.empty() || token[0] != NGTCP2_CRYPTO_TOKEN_MAGIC_RETRY) {
        return std::nullopt;
    }
    ngtcp2_cid first{};
    const int result = ngtcp2_crypto_verify_retry_token(
        &first, token.data(), token.size(), secret_.data(), secret_.size(), initial.version, from.data(),
        static_cast<ngtcp2_socklen>(from.size()), &initial.dcid, retry_lifetime, now);
    return result == 0 ? std::optional(first) : std::nullopt;
}

std::size_t StatelessAnswers::write_refusal(Room to, const ngtcp2_pkt_hd& initial, std::uint64_t code) const {
    return size_or_nothing(ngtcp2_crypto_write_connection_close(to.data(), to.size(), initial.version, &initial.scid,
                                                                &initial.dcid, code, nullptr, 0));
}

std::size_t StatelessAnswers::write_reset(Room to, const ngtcp2_cid& id, std::size_t size) const {
    if (size <= smallest_reset) {
        return 0;
    }
    std::array<std::uint8_t, NGTCP2_STATELESS_RESET_TOKENLEN> token;
    make_reset_token(id, token);
    std::array<std::uint8_t, largest_reset> random;
    const std::size_t padding = std::min(size - 1, largest_reset) - token.size();
    gnutls_rnd(GNUTLS_RND_NONCE, random.data(), padding);
    random[0] &= random_bits;
    return size_or_nothing(
        ngtcp2_pkt_write_stateless_reset(to.data(), to.size(), token.data(), random.data(), padding));
}

}  // namespace gnutella::net
