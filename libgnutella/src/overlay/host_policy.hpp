#pragma once

#include "wire/ip_address.hpp"

#include <gnutella/endpoint.hpp>

#include <cstdint>

namespace gnutella::overlay {

/// Whether a host that somebody names, in a message or a header, may be remembered or connected to: a unicast address
/// with a port; one of a private network only when it is told from within one, one of this machine only from here.
/// Else a stranger could have us try what stands behind our own firewall.
/// @param by the address of who names it.
bool may_be_told(const wire::IpAddress& host, std::uint16_t port, const wire::IpAddress& by) noexcept;
/// The same as it was written; none that is a name: nothing that a stranger says is looked up.
bool may_be_told(const Endpoint& host, const wire::IpAddress& by) noexcept;

}  // namespace gnutella::overlay
