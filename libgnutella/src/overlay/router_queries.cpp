// Queries and hits, ours and others': docs/json-dialect.md, "Searching", "Answering" and "Asking".

#include "overlay/router_impl.hpp"
#include "wire/json_encoder.hpp"

#include <algorithm>
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

// Whether the neighbour is not only who sent the query here, but who asks.
bool asks_itself(const Neighbour& neighbour, const wire::Message& message, const wire::Query& query) {
    if (neighbour.kind() == PeerKind::legacy) {
        return query.asker.host == neighbour.info.listens.host && query.asker.port == neighbour.info.listens.port;
    }
    return message.carries_ttl() && message.hops == 0;
}

// Where a datagram for the asker goes; nullopt when the query names nowhere.
std::optional<Actions::Destination> asker_of(const Neighbour& from, const wire::Message& message,
                                             const wire::Query& query) {
    Actions::Destination destination{std::string(query.asker.host), query.asker.port, std::nullopt};
    if (asks_itself(from, message, query)) {
        destination.neighbour = from.info.id;
    }
    if (destination.port == 0 || (destination.host.empty() && !destination.neighbour)) {
        return std::nullopt;
    }
    return destination;
}

}  // namespace

void Router::show_key(const KeyHash& key) {
    impl_->own.show_key(key);
}

void Router::watch_queries(QueryWatch watch) {
    impl_->query_watch = watch;
}

void Router::start_query(const LocalQuery& query, TimePoint now, Actions& out) {
    impl_->routes.insert(query.id, RouteTable::own, now);
    impl_->local_queries.start(query);
    // The host that it names differs from session to session, but there are far fewer hosts than sessions.
    std::vector<std::pair<std::string_view, wire::Frame>> frames;
    for (const SessionId id : impl_->sessions.open_sessions()) {
        Neighbour& neighbour = *impl_->sessions.find(id);
        const std::string_view host = impl_->own.host_for(neighbour);
        auto frame = std::ranges::find(frames, host, &std::pair<std::string_view, wire::Frame>::first);
        if (frame == frames.end()) {
            frame = frames.insert(frame, {host, impl_->own.query(host, query)});
        }
        impl_->send(neighbour, frame->second, Priority::query, out);
    }
}

void Router::end_query(const Guid& id) {
    impl_->local_queries.end(id);
}

void Router::receive_in_inbox(const Guid& query, const wire::Message& message, TimePoint, Actions& out) {
    const auto* hit = std::get_if<wire::QueryHit>(&message.body);
    if (hit == nullptr) {
        ++impl_->counters.unknown_datagrams;
        return;
    }
    if (message.id != query || !impl_->local_queries.running(query)) {
        ++impl_->counters.unexpected_hits;
        return;
    }
    impl_->counters.excess_hits += impl_->local_queries.take(query, *hit, {}, out.hits);
}

void Router::receive_raw_file(const Guid& query, std::string_view content, const Endpoint& from, TimePoint,
                              Actions& out) {
    if (!impl_->local_queries.running(query)) {
        ++impl_->counters.unexpected_hits;
        return;
    }
    impl_->counters.excess_hits += impl_->local_queries.take_raw_file(query, content, from, out.hits);
}

void Router::Impl::query_came(Neighbour& from, const wire::Message& message, const wire::Query& query, TimePoint now,
                              const Library& library, Actions& out) {
    if (!from.queries.allow(query_rate, now)) {
        ++counters.excess_queries;
        return;
    }
    // A search of our own is known as long as it runs, even when a flood has driven it out of the table.
    if (local_queries.running(message.id) || !routes.insert(message.id, from.info.id, now)) {
        ++counters.duplicate_queries;
        return;
    }
    ++counters.queries_handled;
    const std::size_t answered = answer(from, message, query, library, out);
    // A legacy asker reads one datagram: where it has been answered, as in the seed, the search ends.
    const bool done = answered > 0 && !query.routed;
    const std::size_t forwarded = done ? 0 : forward(from, message, out);
    if (forwarded > 0 && query.routed && from.kind() == PeerKind::legacy) {
        remember_asker(from, message, query, now);
    }
    if (query_watch == QueryWatch::on) {
        out.queries_seen.push_back({message.id, from.info.id, std::string(query.text), answered, forwarded});
    }
}

std::size_t Router::Impl::answer(Neighbour& from, const wire::Message& message, const wire::Query& query,
                                 const Library& library, Actions& out) {
    if (library.files() == 0) {
        return 0;
    }
    matches.clear();
    library.find(query, settings.max_results, matches);
    if (matches.empty()) {
        return 0;
    }
    if (!query.routed) {
        const auto sendable =
            std::ranges::find_if(matches, [](const Library::Match& match) { return match.size <= max_datagram; });
        const Library::Match* match = sendable == matches.end() ? nullptr : &*sendable;
        send(from, own.legacy_hit(from, message.id_text, match), Priority::hit, out);
        if (match == nullptr) {
            out.too_large.push_back({matches.front().file, from.info.id});
            return 0;
        }
        if (auto asker = asker_of(from, message, query)) {
            out.files.push_back({std::move(*asker), match->file});
        }
        ++counters.queries_answered;
        return 1;
    }
    ++counters.queries_answered;
    wire::Frame hit = own.hit(from, message.id_text, matches);
    if (from.kind() == PeerKind::modern) {
        send(from, std::move(hit), Priority::hit, out);
    } else if (auto asker = asker_of(from, message, query)) {
        // Legacy peers do not pass hits back.
        out.datagrams.push_back({std::move(*asker), std::move(hit)});
    }
    return matches.size();
}

std::size_t Router::Impl::forward(const Neighbour& from, const wire::Message& message, Actions& out) {
    const std::uint8_t ttl = ttl_of(message, settings.max_ttl);
    if (ttl <= 1) {
        ++counters.expired_queries;
        return 0;
    }
    const std::vector<SessionId>& neighbours = sessions.open_sessions();
    if (neighbours.size() < 2) {
        return 0;
    }
    const wire::Frame frame =
        wire::encode_forward(message, static_cast<std::uint8_t>(ttl - 1), static_cast<std::uint8_t>(message.hops + 1));
    // With more digits than it came with it may be longer than any neighbour takes, and would end the sessions to all.
    const std::size_t length = frame.size() - 1;  // without the newline
    if (length > settings.max_message_size) {
        ++counters.expired_queries;
        return 0;
    }
    const std::size_t before = out.sends.size();
    for (const SessionId neighbour : neighbours) {
        if (neighbour != from.info.id) {
            out.sends.push_back({neighbour, frame, Priority::query});
        }
    }
    const std::size_t forwarded = out.sends.size() - before;
    counters.queries_forwarded += forwarded;
    counters.messages_sent += forwarded;
    return forwarded;
}

void Router::Impl::hit_came(Neighbour& from, const wire::Message& message, const wire::QueryHit& hit, TimePoint now,
                            Actions& out) {
    if (local_queries.running(message.id)) {
        counters.excess_hits += local_queries.take(message.id, hit, from.info.remote.host, out.hits);
        return;
    }
    RouteTable::Route* route = routes.find(message.id, now);
    Neighbour* to = route == nullptr ? nullptr : sessions.find(route->from);
    // Back to where it comes from it would only go round.
    if (to == nullptr || to == &from) {
        ++counters.unexpected_hits;
        return;
    }
    if (route->hits >= settings.max_hits_per_query) {
        ++counters.excess_hits;
        return;
    }
    ++route->hits;
    ++counters.hits_routed;
    wire::Frame frame = wire::encode_forward(message, message.ttl, message.hops);
    if (route->asker == nullptr) {
        send(*to, std::move(frame), Priority::hit, out);
    } else if (frame.size() <= max_datagram) {
        out.datagrams.push_back({*route->asker, std::move(frame)});
    }
}

void Router::Impl::remember_asker(const Neighbour& from, const wire::Message& message, const wire::Query& query,
                                  TimePoint now) {
    RouteTable::Route* route = routes.find(message.id, now);
    auto asker = asker_of(from, message, query);
    if (route != nullptr && asker) {
        route->asker = std::make_unique<Actions::Destination>(std::move(*asker));
    }
}

void Router::Impl::send_running_queries(Neighbour& to, Actions& out) {
    local_queries.for_each(
        [&](const LocalQuery& query) { send(to, own.query(own.host_for(to), query), Priority::query, out); });
}

}  // namespace gnutella::overlay
