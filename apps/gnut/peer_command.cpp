#include "peer_command.hpp"

#include "running_node.hpp"

namespace gnut {

ExitCode run_peer(const PeerOptions& options) {
    RunningNode node(options);
    return node.run();
}

}  // namespace gnut
