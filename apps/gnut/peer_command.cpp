#include "peer_command.hpp"

#include "running_node.hpp"
#include "terminal.hpp"

#include <unistd.h>

namespace gnut {

ExitCode run_peer(const PeerOptions& options) {
    // A stopped terminal (Ctrl+S), or one that is not read, must not hold up the node.
    have_own_output(STDOUT_FILENO);
    have_own_output(STDERR_FILENO);
    RunningNode node(options);
    return node.run();
}

}  // namespace gnut
