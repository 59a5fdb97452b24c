#pragma once

#include "wire/gnutella/packed_hosts.hpp"
#include "wire/message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::wire {

/// What kind of vendor message it is ("Framework for Vendor-specific Messages", 2).
struct VendorMessageId {
    std::array<char, 4> vendor{};
    std::uint16_t selector = 0;
    std::uint16_t version = 0;

    friend auto operator<=>(const VendorMessageId&, const VendorMessageId&) = default;
};

/// Those that we know, each in the highest version that we do.
namespace vendor_messages {
inline constexpr VendorMessageId messages_supported{{}, 0, 0};
inline constexpr VendorMessageId features_supported{{}, 10, 0};
inline constexpr VendorMessageId hops_flow{{'B', 'E', 'A', 'R'}, 4, 1};
inline constexpr VendorMessageId tcp_connect_back{{'B', 'E', 'A', 'R'}, 7, 1};
inline constexpr VendorMessageId query_status_request{{'B', 'E', 'A', 'R'}, 11, 1};
inline constexpr VendorMessageId query_status_response{{'B', 'E', 'A', 'R'}, 12, 1};
inline constexpr VendorMessageId udp_connect_back{{'G', 'T', 'K', 'G'}, 7, 2};
inline constexpr VendorMessageId push_proxy_cancel{{'G', 'T', 'K', 'G'}, 21, 1};
inline constexpr VendorMessageId oob_reply_acknowledgement{{'L', 'I', 'M', 'E'}, 11, 3};
inline constexpr VendorMessageId oob_reply_indication{{'L', 'I', 'M', 'E'}, 12, 3};
inline constexpr VendorMessageId push_proxy_request{{'L', 'I', 'M', 'E'}, 21, 2};
inline constexpr VendorMessageId push_proxy_acknowledgement{{'L', 'I', 'M', 'E'}, 22, 2};
inline constexpr VendorMessageId head_ping{{'L', 'I', 'M', 'E'}, 23, 2};
inline constexpr VendorMessageId head_pong{{'L', 'I', 'M', 'E'}, 24, 2};
}  // namespace vendor_messages

/// Whether it is of that kind, in that version or an earlier one that means the same.
bool is(const VendorMessage& message, const VendorMessageId& id) noexcept;

/// Its name for people, such as "Hops Flow"; empty when we do not know it.
std::string_view name_of(const VendorMessage& message) noexcept;

VendorMessage vendor_message(const VendorMessageId& id, std::string_view payload) noexcept;

// ---- payloads; nullopt when they are none of their kind ----

/// "Messages Supported": what the neighbour understands. At most max_supported_messages are read.
inline constexpr std::size_t max_supported_messages = 128;
std::optional<std::vector<VendorMessageId>> read_messages_supported(std::string_view payload);
std::string write_messages_supported(std::span<const VendorMessageId> messages);

/// "Features Supported": what the neighbour can do besides, and in which version. At most max_supported_messages are
/// read.
struct VendorFeature {
    std::array<char, 4> name{};
    std::uint16_t version = 0;

    friend auto operator<=>(const VendorFeature&, const VendorFeature&) = default;
};
std::optional<std::vector<VendorFeature>> read_features_supported(std::string_view payload);
std::string write_features_supported(std::span<const VendorFeature> features);

/// It takes patches of one bit an entry (PatchWidth::one_bit).
inline constexpr VendorFeature one_bit_patches{{'Q', 'R', 'P', '1'}, 1};
/// It speaks TLS.
inline constexpr VendorFeature speaks_tls{{'T', 'L', 'S', '!'}, 1};

/// "Hops Flow": queries with as many hops or more are not wanted.
std::optional<std::uint8_t> read_hops_flow(std::string_view payload) noexcept;
std::string write_hops_flow(std::uint8_t hops);

/// "TCP Connect Back" and "UDP Connect Back": the port that is to be tried at the sender's address. Never 0.
std::optional<std::uint16_t> read_connect_back(std::string_view payload) noexcept;
std::string write_connect_back(std::uint16_t port);

/// "Push-Proxy ACK": where the proxy listens. (Whose proxy it is stands in the message's id.)
std::optional<PackedHost> read_push_proxy_acknowledgement(std::string_view payload) noexcept;
std::string write_push_proxy_acknowledgement(const PackedHost& proxy);

}  // namespace gnutella::wire
