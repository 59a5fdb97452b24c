#pragma once

#include "overlay/fake_library.hpp"
#include "overlay/router.hpp"
#include "overlay/send_queue.hpp"
#include "wire/gnutella/gnutella_decoder.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gnutella::overlay {

/// Many routers joined by connections that carry real bytes, with a clock that only the test moves. What is sent waits
/// at its receiver until it is delivered: run() does so in the order of sending; deliver() in any order that keeps each
/// connection's own. The same calls give the same run.
class SimulatedNetwork {
  public:
    using NodeId = std::size_t;

    struct Node {
        Endpoint address;  // where it listens
        wire::IpAddress ip;
        std::unique_ptr<Router> router;  // none: a legacy peer
        FakeLibrary library;
        std::vector<HitReceived> hits;
        std::vector<SessionInfo> opened;
        std::vector<Actions::Closed> closed;
        std::vector<JoinFailed> joins_failed;
        std::vector<Actions::GivePush> pushes;
        std::vector<Actions::FetchForAsker> fetches;
        std::vector<std::string> received;         // by a legacy peer: every object, byte for byte
        std::vector<std::string> queries_handled;  // by a legacy peer
        std::vector<SessionId> legacy_sessions;
    };

    explicit SimulatedNetwork(Settings settings = {}) : settings_(std::move(settings)) {}

    NodeId add_node();
    /// Of the given identity.
    NodeId add_node(const Guid& identity);
    /// A peer of the seed's: exact names, queries known again only when equal, hits not passed back.
    NodeId add_legacy_node();
    Node& node(NodeId id) { return *nodes_[id]; }
    /// Of the nodes that are added from now on.
    Settings& settings() { return settings_; }
    std::size_t size() const { return nodes_.size(); }
    /// The sum of one counter over all nodes.
    std::uint64_t sum(std::uint64_t Counters::*counter) const;

    void connect(NodeId from, NodeId to, std::optional<Endpoint> target = {});
    /// A session of Gnutella 0.6, with its handshake. @return the code of a refusal, or 200.
    std::uint16_t connect_gnutella(NodeId from, NodeId to);
    void join(NodeId from, NodeId to);
    /// The connection breaks without a BYE.
    void cut(NodeId one, NodeId other);
    /// From now on `to` reads nothing of what `from` sends it, and that waits in a SendQueue at `from`; until
    /// let_through() has it read so many bytes, or one message more.
    void hold(NodeId from, NodeId to);
    void let_through(NodeId from, NodeId to, std::size_t bytes);
    const SendQueue& held(NodeId from, NodeId to) { return *ends_.at(end_between(from, to)).held; }
    /// Whether connections from it and to it can be had.
    void set_reachable(NodeId id, bool reachable) { reachable_[id] = reachable; }

    /// @return the query's id.
    Guid search(NodeId from, std::string text);
    /// A legacy peer asks for a file: what comes back raw is in raw_files.
    void legacy_search(NodeId from, std::string_view id, std::string_view name);
    std::vector<std::string> raw_files;
    void send_raw(SessionId from_end, std::string_view bytes);

    /// Delivers all that is under way, and what follows from it.
    void run();
    /// The same, and lets the time pass.
    void run_for(std::chrono::milliseconds time);
    /// The ends of connections that something waits at.
    std::vector<SessionId> waiting() const;
    void deliver(SessionId end);
    TimePoint now() const { return now_; }

    std::optional<SessionId> far_end(SessionId end) const;

  private:
    struct End {
        NodeId node = 0;
        SessionId other = 0;
        std::deque<std::string> inbound;  // an empty one: the far end has closed
        std::string unread;
        Dialect dialect = Dialect::json;
        wire::JsonDecoder decoder;
        bool closed = false;
        std::optional<SendQueue> held;  // what is sent, as long as it is not read
    };
    struct Inbox {
        NodeId node = 0;
        Guid query;
    };

    void carry_out(NodeId id, Actions& actions);
    void send(SessionId from, std::string_view bytes);
    void send(SessionId from, const wire::Frame& frame, Priority priority);
    void tell_congestion(SessionId end);
    SessionId end_between(NodeId one, NodeId other) const;
    void close(SessionId end);
    void read(SessionId end, std::string_view bytes);
    void legacy_receive(SessionId end, std::string_view bytes);
    void legacy_query(Node& node, SessionId end, const wire::Message& message, const wire::Query& query);
    void datagram(NodeId from, const Actions::Destination& to, std::string_view bytes);
    Router::Start start_of(SessionId id, NodeId node, NodeId other, Direction direction) const;
    std::pair<SessionId, SessionId> join_ends(NodeId from, NodeId to, Dialect dialect);

    Settings settings_;
    TimePoint now_{std::chrono::hours(1)};
    std::vector<std::unique_ptr<Node>> nodes_;
    std::vector<bool> reachable_;
    std::map<SessionId, End> ends_;
    std::deque<SessionId> order_;
    SessionId next_session_ = 1;
    std::map<Endpoint, Inbox> inboxes_;
    std::uint16_t next_inbox_ = 10'000;
    std::uint32_t next_query_ = 1;
};

}  // namespace gnutella::overlay
