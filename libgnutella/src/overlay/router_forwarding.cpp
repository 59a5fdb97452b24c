// Where a query goes on to, in both dialects: docs/json-dialect.md, "Searching" and "The bridge"; 0.6, 2.2.7.1 and 3.2;
// Query Routing 0.6.

#include "overlay/bridge.hpp"
#include "overlay/router_impl.hpp"
#include "wire/forward.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gnutella::overlay {

namespace {

constexpr std::uint8_t legacy_ttl = 7;  // what a query without TTL counts as

// A hop is added when it is sent on, and TTL and hops together may not be more than the bound.
std::uint8_t ttl_of(const wire::Message& message, std::uint8_t max_ttl) {
    const std::uint8_t ttl = message.carries_ttl() ? message.ttl : legacy_ttl;
    const int left = std::max(0, max_ttl - message.hops);
    return static_cast<std::uint8_t>(std::min<int>(ttl, left));
}

// A query that goes on in Gnutella 0.6: written once for each TTL that it is sent with, and those are few.
class BinaryCopies {
  public:
    BinaryCopies(const BinaryMessages& messages, const wire::Message& message, const wire::Query& query,
                 std::uint8_t hops)
        : messages_(messages), message_(message), query_(query), hops_(hops) {}

    const wire::Frame& with(std::uint8_t ttl) {
        wire::Frame& frame = frames_[std::min<std::size_t>(ttl, frames_.size() - 1)];
        if (frame.empty()) {
            frame = message_.dialect == Dialect::gnutella
                        ? wire::encode_forward(message_, ttl, hops_)
                        : messages_.query(wire::MessageRoute{message_.id, ttl, hops_}, query_);
        }
        return frame;
    }
    std::uint8_t hops() const { return hops_; }

  private:
    const BinaryMessages& messages_;
    const wire::Message& message_;
    const wire::Query& query_;
    std::uint8_t hops_;
    std::array<wire::Frame, 16> frames_;
};

}  // namespace

Router::Impl::Forwarded Router::Impl::forward(const Neighbour& from, const wire::Message& message,
                                              const wire::Query& query, Actions& out) {
    const std::uint8_t ttl = ttl_of(message, settings.max_ttl);
    const std::uint8_t left = ttl > 0 ? static_cast<std::uint8_t>(ttl - 1) : std::uint8_t{0};
    counters.expired_queries += left == 0 ? 1 : 0;
    Forwarded forwarded;
    if (message.dialect == Dialect::json) {
        forwarded.all = forward_json(from, message, left, out);
    }
    if (!speaks_gnutella()) {
        return forwarded;
    }
    const bool bridges = message.dialect == Dialect::json;
    // A leaf's messages come from itself, or its ultrapeers end the session: for neighbours in JSON it asks in its own
    // name; of its ultrapeers none needs it to reach another.
    const bool is_leaf = settings.role == Role::leaf;
    const auto hops = static_cast<std::uint8_t>(is_leaf ? 0 : std::min(message.hops + 1, UINT8_MAX));
    BinaryCopies copies(binary, message, query, hops);
    QueryWords words(query.text, query.urn);
    const auto hops_in_json = static_cast<std::uint8_t>(std::min(message.hops + 1, UINT8_MAX));
    std::optional<wire::Frame> json;
    const std::size_t before = out.sends.size();
    for (const SessionId id : sessions.open_sessions()) {
        Neighbour& to = *sessions.find(id);
        if (&to == &from) {
            continue;
        }
        if (!to.gnutella) {
            // What a legacy peer answers finds no way back into Gnutella: it is not asked.
            if (bridges || left == 0 || to.kind() == PeerKind::legacy) {
                continue;
            }
            if (!json) {
                json = query_in_json(message, query, own.sender(to), left, hops_in_json, settings.max_message_size);
                counters.expired_queries += json->empty() ? 1 : 0;
            }
            if (!json->empty()) {
                out.sends.push_back({id, *json, query_priority(hops_in_json)});
                ++forwarded.bridged;
            }
            continue;
        }
        if (is_leaf && !bridges) {
            continue;
        }
        // To a leaf a query is no broadcast any more: it gets those whose TTL ends here too.
        const std::uint8_t most = to.gnutella->role == Role::leaf ? std::max<std::uint8_t>(left, 1) : left;
        const std::uint8_t sent_ttl = std::min(most, to.gnutella->max_ttl);
        if (wants_query(*to.gnutella, sent_ttl, hops, words)) {
            out.sends.push_back({id, copies.with(sent_ttl), query_priority(hops)});
            forwarded.bridged += bridges ? 1 : 0;
        }
    }
    const std::size_t sent = out.sends.size() - before;
    forwarded.all += sent;
    counters.queries_forwarded += sent;
    counters.messages_sent += sent;
    counters.queries_bridged += forwarded.bridged > 0 ? 1 : 0;
    return forwarded;
}

std::size_t Router::Impl::forward_json(const Neighbour& from, const wire::Message& message, std::uint8_t ttl,
                                       Actions& out) {
    const std::vector<SessionId>& neighbours = sessions.open_sessions();
    if (ttl == 0 || neighbours.size() < 2) {
        return 0;
    }
    const auto hops = static_cast<std::uint8_t>(message.hops + 1);
    const wire::Frame frame = wire::encode_forward(message, ttl, hops);
    // With more digits than it came with it may be longer than any neighbour takes, and would end the sessions to all.
    const std::size_t length = frame.size() - 1;  // without the newline
    if (length > settings.max_message_size) {
        ++counters.expired_queries;
        return 0;
    }
    const bool only_json = !speaks_gnutella();
    const std::size_t before = out.sends.size();
    for (const SessionId neighbour : neighbours) {
        if (neighbour != from.info.id && (only_json || !sessions.find(neighbour)->gnutella)) {
            out.sends.push_back({neighbour, frame, query_priority(hops)});
        }
    }
    const std::size_t forwarded = out.sends.size() - before;
    counters.queries_forwarded += forwarded;
    counters.messages_sent += forwarded;
    return forwarded;
}

bool Router::Impl::goes_further(const Neighbour& from, const wire::Message& message, TimePoint now) {
    RouteTable::Route* route = from.gnutella ? routes.find(message.id, now) : nullptr;
    if (route == nullptr || route->from != from.info.id || message.ttl <= route->ttl) {
        return false;
    }
    route->ttl = message.ttl;
    return true;
}

bool Router::Impl::wants_query(const GnutellaPeer& to, std::uint8_t ttl, std::uint8_t hops, QueryWords& words) const {
    if (ttl == 0 || hops >= to.unwanted_hops) {
        return false;
    }
    // Of an ultrapeer the table says what is there and at its leaves, which is all where the query goes no further.
    const bool ends_there = to.role == Role::leaf || ttl == 1;
    return !ends_there || to.table() == nullptr || words.may_find(*to.table());
}

}  // namespace gnutella::overlay
