#pragma once

#include "awaiting.hpp"
#include "complaint.hpp"
#include "exit_code.hpp"
#include "options.hpp"

#include <gnutella/peer.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace gnut {

/// Where sentences go about peers that cannot be reached.
using Complain = std::function<void(std::string_view sentence)>;
inline const Complain to_standard_error = [](std::string_view sentence) { complain(sentence); };

/// What came of opening sessions.
struct Opened {
    /// done when one is open; else not_found when one of the peers did not answer in time, and failed when none can be
    /// reached.
    ExitCode result = ExitCode::failed;
    /// Those that were opened: one at least when it is done.
    std::vector<gnutella::Session> sessions;
};

/// Opens sessions with these peers, and complains of each that cannot be had. When one is open the others get a second
/// more: a search should not wait for one that is down.
awaitable<Opened> open_sessions(gnutella::Peer& peer, std::vector<gnutella::Endpoint> endpoints, Patience patience,
                                Complain complain);

}  // namespace gnut
