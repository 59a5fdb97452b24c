#include "refusals.hpp"

#include "complaint.hpp"
#include "printable.hpp"

namespace gnut {

Refusals::Refusals(gnutella::Peer& peer)
    : subscription_(peer.subscribe([this](const gnutella::Event& event) {
          if (const auto* failed = std::get_if<gnutella::ConnectFailed>(&event)) {
              words_[failed->peer] = failed->text;
          }
      })) {}

std::string Refusals::sentence(const gnutella::Endpoint& peer, const gnutella::error_code& error) const {
    const std::string complaint = complaint_about(peer.to_string(), error);
    const auto words = words_.find(peer);
    return words == words_.end() || words->second.empty() ? complaint
                                                          : complaint + " (" + printable(words->second) + ')';
}

}  // namespace gnut
