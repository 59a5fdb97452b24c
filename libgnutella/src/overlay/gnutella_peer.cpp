#include "overlay/gnutella_peer.hpp"

#include <algorithm>

namespace gnutella::overlay {

namespace {

constexpr std::uint8_t usual_max_ttl = 7;

}  // namespace

Role GnutellaPeer::role_of(const wire::HandshakeHeaders& theirs) noexcept {
    return theirs.ultrapeer == false ? Role::leaf : Role::ultrapeer;
}

GnutellaPeer::GnutellaPeer(const wire::HandshakeHeaders& theirs)
    : role(role_of(theirs)),
      takes_bye(theirs.bye_packet.has_value()),
      takes_vendor_messages(theirs.vendor_message.has_value()),
      takes_leaf_table(theirs.ultrapeer == true && theirs.query_routing.has_value()),
      takes_ultrapeer_table(theirs.ultrapeer == true && theirs.ultrapeer_query_routing.has_value()),
      max_ttl(std::max<std::uint8_t>(1, theirs.max_ttl.value_or(usual_max_ttl))) {}

}  // namespace gnutella::overlay
