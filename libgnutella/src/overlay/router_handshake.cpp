// What is said in a handshake of Gnutella 0.6 (0.6, 2.1 and 3.2.1), and with whom there is a session.

#include "overlay/router_impl.hpp"

namespace gnutella::overlay {

wire::HandshakeHeaders Router::greeting(const HandshakeContext& context) const {
    wire::HandshakeHeaders headers;
    headers.user_agent = impl_->settings.agent;
    headers.remote_ip = context.remote_address;
    return headers;
}

Router::HandshakeVerdict Router::judge(const HandshakeContext& context, const wire::HandshakeHeaders&) const {
    return {wire::HandshakeRefusal{503, "Gnutella 0.6 is not spoken here yet"}, greeting(context), {}};
}

void Router::refused_handshake(const std::vector<Endpoint>& try_instead) {
    for (const Endpoint& host : try_instead) {
        impl_->hosts.heard_of(host);
    }
}

std::vector<Dialect> Router::dialects_for(const Endpoint&) const {
    return {Dialect::json};
}

bool Router::push(const Guid&, std::uint32_t, TimePoint, Actions&) {
    return false;
}

}  // namespace gnutella::overlay
