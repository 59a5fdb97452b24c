// Queries, ours and others', and what we answer: docs/json-dialect.md, "Searching", "Answering" and "Asking".

#include "overlay/router_impl.hpp"
#include "wire/file_name.hpp"
#include "wire/gnutella/gnutella_encoder.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::overlay {

namespace {

// What Gnutella 0.6, 2.2.1, would have dropped: no query travels so far.
constexpr std::uint8_t absurd_ttl = 15;
// Of the name that a legacy peer asks for, which is kept for the answer. No file system of today takes a longer one.
constexpr std::size_t max_wanted_name = 255;

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
    impl_->binary.show_key(key);
}

void Router::watch_queries(QueryWatch watch) {
    impl_->query_watch = watch;
}

void Router::start_query(const LocalQuery& query, TimePoint now, Actions& out) {
    impl_->routes.insert(query.id, RouteTable::own, now);
    impl_->local_queries.start(query);
    QueryWords words(query.text, query.urn);
    // The host that it names differs from session to session, but there are far fewer hosts than sessions.
    std::vector<std::pair<std::string_view, wire::Frame>> frames;
    for (const SessionId id : impl_->sessions.open_sessions()) {
        Neighbour& neighbour = *impl_->sessions.find(id);
        if (neighbour.gnutella) {
            impl_->send_own_query(neighbour, query, words, out);
            continue;
        }
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
    impl_->take_hit(message, *hit, {}, out);
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
    // Not to be remembered as seen: it may come another way too, from who is not congested.
    if (holds_off(from)) {
        ++counters.flow_controlled;
        return;
    }
    if (from.gnutella && message.ttl > absurd_ttl) {
        ++counters.expired_queries;
        return;
    }
    // A search of our own is known as long as it runs, even when a flood has driven it out of the table.
    const bool known = local_queries.running(message.id) || !routes.insert(message.id, from.info.id, now);
    if (known && !goes_further(from, message, now)) {
        ++counters.duplicate_queries;
        return;
    }
    std::size_t answered = 0;
    if (!known) {
        ++counters.queries_handled;
        routes.find(message.id, now)->ttl = message.ttl;
        answered = answer(from, message, query, library, out);
    }
    // A legacy asker reads one datagram: where it has been answered, as in the seed, the search ends.
    const bool done = answered > 0 && !query.routed;
    const Forwarded forwarded = done ? Forwarded() : forward(from, message, query, out);
    if ((forwarded.all > 0 && query.routed && from.kind() == PeerKind::legacy) || forwarded.bridged > 0) {
        remember_origin(from, message, query, now);
    }
    if (query_watch == QueryWatch::on && !known) {
        out.queries_seen.push_back(
            {message.id, from.info.id, std::string(query.text), answered, forwarded.all, query.urn});
    }
}

std::size_t Router::Impl::answer(Neighbour& from, const wire::Message& message, const wire::Query& query,
                                 const Library& library, Actions& out) {
    if (library.files() == 0) {
        return 0;
    }
    // Two that cannot be connected to have no way to one another.
    if (query.flags.has(wire::QueryFlag::firewalled) && settings.reachability == Reachability::firewalled) {
        return 0;
    }
    matches.clear();
    library.find(query, settings.max_results, matches);
    if (matches.empty()) {
        return 0;
    }
    if (!query.routed) {
        return answer_legacy(from, message, query, out);
    }
    ++counters.queries_answered;
    if (from.gnutella) {
        // A way back that is two longer than the way here is allowed for (0.6, 2.2.7.3).
        const wire::MessageRoute back{message.id, static_cast<std::uint8_t>(std::min(message.hops + 2, UINT8_MAX)), 0};
        for (wire::Frame& frame : binary.hits(from, back, matches, push_proxies())) {
            send(from, std::move(frame), hit_priority(0), out);
        }
        return matches.size();
    }
    wire::Frame hit = own.hit(from, message.id_text, matches, push_proxies());
    if (from.kind() == PeerKind::modern) {
        send(from, std::move(hit), Priority::hit, out);
    } else if (auto asker = asker_of(from, message, query)) {
        // Legacy peers do not pass hits back.
        out.datagrams.push_back({std::move(*asker), std::move(hit)});
    }
    return matches.size();
}

std::size_t Router::Impl::answer_legacy(Neighbour& from, const wire::Message& message, const wire::Query& query,
                                        Actions& out) {
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

void Router::Impl::remember_origin(const Neighbour& from, const wire::Message& message, const wire::Query& query,
                                   TimePoint now) {
    RouteTable::Route* route = routes.find(message.id, now);
    if (route == nullptr || route->origin || from.gnutella) {
        return;
    }
    auto origin = std::make_unique<RouteTable::Origin>();
    if (!Guid::parse(message.id_text)) {
        origin->id_text = message.id_text;
    }
    const bool takes_raw =
        !query.routed && query.text.size() <= max_wanted_name && wire::is_plain_file_name(query.text);
    if (takes_raw) {
        origin->wanted = query.text;
    }
    if (takes_raw || (query.routed && from.kind() == PeerKind::legacy)) {
        origin->asker = asker_of(from, message, query);
    }
    if (origin->asker || !origin->id_text.empty()) {
        route->origin = std::move(origin);
    }
}

void Router::Impl::send_running_queries(Neighbour& to, Actions& out) {
    local_queries.for_each([&](const LocalQuery& query) {
        if (to.gnutella) {
            QueryWords words(query.text, query.urn);
            send_own_query(to, query, words, out);
        } else {
            send(to, own.query(own.host_for(to), query), Priority::query, out);
        }
    });
}

void Router::Impl::send_own_query(Neighbour& to, const LocalQuery& query, QueryWords& words, Actions& out) {
    const std::uint8_t ttl = std::min(settings.max_ttl, to.gnutella->max_ttl);
    if (wants_query(*to.gnutella, ttl, 0, words)) {
        send(to, binary.query(query, ttl), Priority::query, out);
    }
}

}  // namespace gnutella::overlay
