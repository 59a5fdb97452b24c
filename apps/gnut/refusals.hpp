#pragma once

#include <gnutella/peer.hpp>

#include <map>
#include <string>

namespace gnut {

/// Remembers what far ends say when they do not want a session, for the complaint about it. The peer's executor must be
/// run by the thread that uses this.
class Refusals {
  public:
    explicit Refusals(gnutella::Peer& peer);
    Refusals(const Refusals&) = delete;
    Refusals& operator=(const Refusals&) = delete;

    /// That there is no session with that peer, and why.
    std::string sentence(const gnutella::Endpoint& peer, const gnutella::error_code& error) const;

  private:
    std::map<gnutella::Endpoint, std::string> words_;
    gnutella::Subscription subscription_;
};

}  // namespace gnut
