#include "overlay/simulated_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace gnutella::overlay {

namespace {

Guid guid_of(std::uint8_t kind, std::size_t number) {
    Guid guid;
    guid.bytes[0] = kind;
    guid.bytes[13] = static_cast<std::uint8_t>(number >> 16);
    guid.bytes[14] = static_cast<std::uint8_t>(number >> 8);
    guid.bytes[15] = static_cast<std::uint8_t>(number);
    return guid;
}

}  // namespace

SimulatedNetwork::NodeId SimulatedNetwork::add_node() {
    return add_node(guid_of(1, nodes_.size()));
}

SimulatedNetwork::NodeId SimulatedNetwork::add_node(const Guid& identity) {
    const NodeId id = add_legacy_node();
    Node& added = *nodes_[id];
    added.router = std::make_unique<Router>(settings_, identity, added.address.port, id + 1);
    return id;
}

SimulatedNetwork::NodeId SimulatedNetwork::add_legacy_node() {
    const NodeId id = nodes_.size();
    const auto high = static_cast<std::uint8_t>(id / 250);
    const auto low = static_cast<std::uint8_t>(id % 250 + 1);
    auto added = std::make_unique<Node>();
    added->address = {"10.0." + std::to_string(high) + "." + std::to_string(low), 8025};
    added->ip = wire::IpAddress::v4({10, 0, high, low});
    nodes_.push_back(std::move(added));
    reachable_.push_back(true);
    return id;
}

std::uint64_t SimulatedNetwork::sum(std::uint64_t Counters::*counter) const {
    std::uint64_t sum = 0;
    for (const auto& each : nodes_) {
        sum += each->router ? each->router->counters().*counter : 0;
    }
    return sum;
}

Router::Start SimulatedNetwork::start_of(SessionId id, NodeId node, NodeId other, Direction direction) const {
    Router::Start start;
    start.id = id;
    start.direction = direction;
    start.remote = nodes_[other]->address;
    start.local = nodes_[node]->address;
    start.remote_address = nodes_[other]->ip;
    return start;
}

std::pair<SessionId, SessionId> SimulatedNetwork::join_ends(NodeId from, NodeId to, Dialect dialect) {
    const SessionId near = next_session_++;
    const SessionId far = next_session_++;
    ends_[near].node = from;
    ends_[near].other = far;
    ends_[near].dialect = dialect;
    ends_[far].node = to;
    ends_[far].other = near;
    ends_[far].dialect = dialect;
    return {near, far};
}

std::uint16_t SimulatedNetwork::connect_gnutella(NodeId from, NodeId to) {
    const Router::HandshakeContext outgoing{Direction::outgoing, node(to).address, node(from).address, node(to).ip};
    const Router::HandshakeContext incoming{
        Direction::incoming, {node(from).address.host, 50'000}, node(to).address, node(from).ip};
    const wire::HandshakeHeaders greeting = node(from).router->greeting(outgoing);
    const auto answer = node(to).router->judge(incoming, greeting);
    if (answer.refusal) {
        return answer.refusal->code;
    }
    const auto last = node(from).router->judge(outgoing, answer.ours);
    if (last.refusal) {
        return last.refusal->code;
    }
    const auto [near, far] = join_ends(from, to, Dialect::gnutella);
    for (const bool ours : {true, false}) {
        const NodeId id = ours ? from : to;
        const Router::HandshakeContext& context = ours ? outgoing : incoming;
        Router::Start start;
        start.id = ours ? near : far;
        start.direction = context.direction;
        start.remote = context.remote;
        start.local = context.local;
        start.remote_address = context.remote_address;
        start.dialect = Dialect::gnutella;
        start.handshake = ours ? answer.ours : greeting;
        Actions actions;
        node(id).router->opened(start, now_, actions);
        carry_out(id, actions);
    }
    return 200;
}

void SimulatedNetwork::connect(NodeId from, NodeId to, std::optional<Endpoint> target) {
    const auto [near, far] = join_ends(from, to, Dialect::json);
    Actions actions;
    if (node(from).router) {
        Router::Start start = start_of(near, from, to, Direction::outgoing);
        start.target = std::move(target);
        node(from).router->opened(start, now_, actions);
        carry_out(from, actions);
    } else {
        send(near, R"({"type": "PING", "host": ")" + node(from).address.host +
                       R"(", "port": 8025, "id": "<function uuid3 at 0x7f0123456789>"})");
        node(from).legacy_sessions.push_back(near);
    }
    if (node(to).router) {
        actions.clear();
        node(to).router->opened(start_of(far, to, from, Direction::incoming), now_, actions);
        carry_out(to, actions);
    } else {
        node(to).legacy_sessions.push_back(far);
    }
}

void SimulatedNetwork::join(NodeId from, NodeId to) {
    Actions actions;
    node(from).router->join(node(to).address, now_, actions);
    carry_out(from, actions);
}

void SimulatedNetwork::cut(NodeId one, NodeId other) {
    const SessionId near = end_between(one, other);
    for (const SessionId side : {near, ends_.at(near).other}) {
        Actions actions;
        ends_.at(side).closed = true;
        Node& owner = node(ends_.at(side).node);
        owner.router->closed(side, Error::lost, now_, actions);
        carry_out(ends_.at(side).node, actions);
    }
}

SessionId SimulatedNetwork::end_between(NodeId one, NodeId other) const {
    const auto found = std::ranges::find_if(ends_, [&](const auto& each) {
        const End& end = each.second;
        return end.node == one && !end.closed && ends_.at(end.other).node == other;
    });
    return found == ends_.end() ? 0 : found->first;
}

void SimulatedNetwork::hold(NodeId from, NodeId to) {
    ends_.at(end_between(from, to)).held.emplace(settings_.max_send_queue);
}

void SimulatedNetwork::let_through(NodeId from, NodeId to, std::size_t bytes) {
    const SessionId id = end_between(from, to);
    SendQueue& queue = *ends_.at(id).held;
    for (std::size_t read = 0; read < bytes && !queue.empty();) {
        for (const wire::Frame& frame : queue.take(1, bytes)) {
            read += frame.size();
            send(id, frame.bytes());
        }
        queue.written();
    }
    tell_congestion(id);
}

void SimulatedNetwork::tell_congestion(SessionId end) {
    node(ends_.at(end).node).router->congestion_changed(end, ends_.at(end).held->congestion());
}

Guid SimulatedNetwork::search(NodeId from, std::string text) {
    const Router::LocalQuery query{guid_of(2, next_query_++), std::move(text), {}, next_inbox_++};
    inboxes_[{node(from).address.host, query.inbox_port}] = {from, query.id};
    Actions actions;
    node(from).router->start_query(query, now_, actions);
    carry_out(from, actions);
    return query.id;
}

void SimulatedNetwork::legacy_search(NodeId from, std::string_view id, std::string_view name) {
    const std::string query = R"({"type": "QUERY", "host": ")" + node(from).address.host +
                              R"(", "port": 8025, "file": ")" + std::string(name) + R"(", "id": ")" + std::string(id) +
                              R"("})";
    node(from).queries_handled.push_back(query);
    for (const SessionId session : node(from).legacy_sessions) {
        send(session, query);
    }
}

void SimulatedNetwork::run() {
    while (!order_.empty()) {
        deliver(order_.front());
    }
}

void SimulatedNetwork::run_for(std::chrono::milliseconds time) {
    const TimePoint until = now_ + time;
    while (true) {
        run();
        TimePoint next = TimePoint::max();
        for (const auto& each : nodes_) {
            next = std::min(next, each->router ? each->router->next_deadline() : TimePoint::max());
        }
        if (next > until) {
            break;
        }
        now_ = std::max(now_, next);
        for (NodeId id = 0; id < nodes_.size(); ++id) {
            if (nodes_[id]->router && nodes_[id]->router->next_deadline() <= now_) {
                Actions actions;
                nodes_[id]->router->tick(now_, nodes_[id]->library, actions);
                carry_out(id, actions);
            }
        }
    }
    now_ = until;
}

std::vector<SessionId> SimulatedNetwork::waiting() const {
    std::vector<SessionId> ids;
    for (const auto& [id, end] : ends_) {
        if (!end.inbound.empty()) {
            ids.push_back(id);
        }
    }
    return ids;
}

void SimulatedNetwork::deliver(SessionId id) {
    order_.erase(std::ranges::find(order_, id));
    End& end = ends_.at(id);
    const std::string bytes = std::move(end.inbound.front());
    end.inbound.pop_front();
    if (end.closed) {
        return;
    }
    if (bytes.empty()) {
        end.closed = true;
        if (node(end.node).router) {
            Actions actions;
            node(end.node).router->closed(id, Error::lost, now_, actions);
            carry_out(end.node, actions);
        }
        return;
    }
    if (node(end.node).router) {
        read(id, bytes);
    } else {
        legacy_receive(id, bytes);
    }
}

std::optional<SessionId> SimulatedNetwork::far_end(SessionId end) const {
    const auto found = ends_.find(end);
    return found == ends_.end() ? std::nullopt : std::optional(found->second.other);
}

void SimulatedNetwork::carry_out(NodeId id, Actions& actions) {
    Node& owner = node(id);
    for (const auto& [to, frame, priority] : actions.sends) {
        send(to, frame, priority);
    }
    for (const auto& [to, frame] : actions.datagrams) {
        datagram(id, to, frame.bytes());
    }
    for (const auto& [to, file] : actions.files) {
        datagram(id, to, "content of " + owner.library.file(file).name);
    }
    for (const auto& [info] : actions.opened) {
        owner.opened.push_back(info);
    }
    owner.hits.insert(owner.hits.end(), actions.hits.begin(), actions.hits.end());
    owner.pushes.insert(owner.pushes.end(), actions.pushes.begin(), actions.pushes.end());
    owner.fetches.insert(owner.fetches.end(), actions.fetches.begin(), actions.fetches.end());
    for (const auto& [session, reason] : actions.closes) {
        close(session);
    }
    owner.closed.insert(owner.closed.end(), actions.closed.begin(), actions.closed.end());
    owner.joins_failed.insert(owner.joins_failed.end(), actions.joins_failed.begin(), actions.joins_failed.end());
    for (const auto& [to] : actions.connects) {
        const auto found =
            std::ranges::find_if(nodes_, [&target = to](const auto& each) { return each->address == target; });
        const auto at = static_cast<NodeId>(found - nodes_.begin());
        if (found != nodes_.end() && reachable_[at] && reachable_[id]) {
            connect(id, at, to);
            continue;
        }
        Actions more;
        owner.router->connect_failed(to, Error::cannot_connect, now_, more);
        carry_out(id, more);
    }
}

void SimulatedNetwork::send(SessionId from, std::string_view bytes) {
    End& end = ends_.at(from);
    if (!end.closed) {
        ends_.at(end.other).inbound.emplace_back(bytes);
        order_.push_back(end.other);
    }
}

void SimulatedNetwork::send(SessionId from, const wire::Frame& frame, Priority priority) {
    std::optional<SendQueue>& held = ends_.at(from).held;
    if (!held) {
        send(from, frame.bytes());
        return;
    }
    if (held->push(frame, priority).overflow) {
        held->drop_waiting();
        Actions actions;
        const NodeId owner = ends_.at(from).node;
        node(owner).router->queue_overflowed(from, now_, actions);
        carry_out(owner, actions);
    }
    tell_congestion(from);
}

void SimulatedNetwork::send_raw(SessionId from_end, std::string_view bytes) {
    send(from_end, bytes);
}

void SimulatedNetwork::close(SessionId id) {
    if (std::optional<SendQueue>& held = ends_.at(id).held) {
        for (const wire::Frame& frame : held->take(SIZE_MAX, SIZE_MAX)) {
            send(id, frame.bytes());
        }
        held->written();
    }
    send(id, {});
    ends_.at(id).closed = true;
}

void SimulatedNetwork::read(SessionId id, std::string_view bytes) {
    End& end = ends_.at(id);
    end.unread += bytes;
    std::string_view rest = end.unread;
    while (!end.closed) {
        std::pmr::monotonic_buffer_resource memory;
        wire::Message message;
        const auto step = end.dialect == Dialect::json ? end.decoder.next(rest, memory, message)
                                                       : wire::GnutellaDecoder().next(rest, memory, message);
        rest.remove_prefix(step.consumed);
        if (step.outcome == wire::JsonDecoder::Outcome::incomplete) {
            break;
        }
        Node& owner = node(end.node);
        Actions actions;
        if (step.outcome == wire::JsonDecoder::Outcome::message) {
            owner.router->receive(id, message, now_, owner.library, actions);
        } else if (step.outcome == wire::JsonDecoder::Outcome::unknown_type) {
            owner.router->received_unknown(id, now_);
        } else {
            owner.router->received_malformed(id, step.problem, now_, actions);
        }
        carry_out(end.node, actions);
    }
    end.unread = std::string(rest);
}

// As in the seed: each piece is exactly one object.
void SimulatedNetwork::legacy_receive(SessionId id, std::string_view bytes) {
    std::pmr::monotonic_buffer_resource memory;
    wire::Message message;
    wire::JsonDecoder decoder;
    const auto step = decoder.next(bytes, memory, message);
    ASSERT_EQ(step.outcome, wire::JsonDecoder::Outcome::message) << bytes;
    Node& owner = node(ends_.at(id).node);
    owner.received.emplace_back(message.raw);
    if (std::holds_alternative<wire::Ping>(message.body)) {
        send(id, R"({"type": "PONG", "host": ")" + owner.address.host + R"(", "port": 8025, "id": null})");
    } else if (const auto* query = std::get_if<wire::Query>(&message.body)) {
        legacy_query(owner, id, message, *query);
    } else if (std::holds_alternative<wire::Bye>(message.body)) {
        std::erase(owner.legacy_sessions, id);
        close(id);
    }
}

void SimulatedNetwork::legacy_query(Node& owner, SessionId id, const wire::Message& message, const wire::Query& query) {
    if (std::ranges::find(owner.queries_handled, message.raw) != owner.queries_handled.end()) {
        return;
    }
    owner.queries_handled.emplace_back(message.raw);
    wire::Query exact = query;
    exact.routed = false;
    std::vector<Library::Match> matches;
    owner.library.find(exact, 1, matches);
    if (!matches.empty()) {
        send(id, R"({"type": "QUERY-HIT", "host": ")" + owner.address.host +
                     R"(", "port": 8025, "hasFile": true, "id": null})");
        const NodeId self = ends_.at(id).node;
        datagram(self, {std::string(query.asker.host), query.asker.port, {}},
                 "content of " + std::string(matches[0].name));
        return;
    }
    for (const SessionId session : owner.legacy_sessions) {
        if (session != id) {
            send(session, message.raw);
        }
    }
}

void SimulatedNetwork::datagram(NodeId from, const Actions::Destination& to, std::string_view bytes) {
    const auto target = std::ranges::find_if(nodes_, [&](const auto& each) { return each->address.host == to.host; });
    ASSERT_NE(target, nodes_.end()) << to.host;
    if (node(from).router && !node(from).router->allow_datagram((*target)->ip, now_)) {
        return;
    }
    const auto inbox = inboxes_.find({to.host, to.port});
    if (inbox == inboxes_.end()) {
        raw_files.emplace_back(bytes);
        return;
    }
    const auto& [at, query] = inbox->second;
    Actions actions;
    std::pmr::monotonic_buffer_resource memory;
    wire::Message message;
    wire::JsonDecoder decoder;
    if (decoder.next(bytes, memory, message).outcome == wire::JsonDecoder::Outcome::message) {
        node(at).router->receive_in_inbox(query, message, now_, actions);
    } else {
        node(at).router->receive_raw_file(query, bytes, node(from).address, now_, actions);
    }
    carry_out(at, actions);
}

}  // namespace gnutella::overlay
