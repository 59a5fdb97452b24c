#include "refusals.hpp"

#include "complaint.hpp"
#include "printable.hpp"

#include <boost/asio/error.hpp>

namespace gnut {

Refusals::Refusals(gnutella::Peer& peer)
    : subscription_(peer.subscribe([this](const gnutella::Event& event) {
          if (const auto* failed = std::get_if<gnutella::ConnectFailed>(&event)) {
              words_[failed->peer] = failed->text;
          }
      })) {}

void Refusals::complain(const gnutella::Endpoint& peer, const gnutella::error_code& error) const {
    const auto words = words_.find(peer);
    if (words == words_.end() || words->second.empty() || error == boost::asio::error::operation_aborted) {
        gnut::complain(peer.to_string(), error);
        return;
    }
    gnut::complain(complaint_about(peer.to_string(), error) + " (" + printable(words->second) + ')');
}

}  // namespace gnut
