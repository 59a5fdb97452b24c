#include "overlay/actions.hpp"

namespace gnutella::overlay {

void Actions::clear() {
    sends.clear();
    datagrams.clear();
    files.clear();
    too_large.clear();
    pushes.clear();
    fetches.clear();
    opened.clear();
    hits.clear();
    queries_seen.clear();
    closes.clear();
    closed.clear();
    joins_failed.clear();
    connects.clear();
}

bool Actions::empty() const {
    return sends.empty() && datagrams.empty() && files.empty() && too_large.empty() && pushes.empty() &&
           fetches.empty() && opened.empty() && hits.empty() && queries_seen.empty() && closes.empty() &&
           closed.empty() && joins_failed.empty() && connects.empty();
}

}  // namespace gnutella::overlay
