#include "overlay/router.hpp"
#include "require.hpp"
#include "wire/gnutella/gnutella_decoder.hpp"
#include "wire/gnutella/message_header.hpp"
#include "wire/json_decoder.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <string>
#include <string_view>

// A node with sessions in both dialects that strangers write to, in any order and at any time:
// - each message that it sends is one of its session's dialect, and no longer than a neighbour takes;
// - what it remembers stays within its bounds.
// The input is a row of steps: what is done, at which session, and for messages their bytes.

namespace gnutella::overlay {
namespace {

constexpr std::size_t sessions = 6;
constexpr std::size_t max_known_hosts = 20;

class OneFile final : public Library {
  public:
    void find(const wire::Query& query, std::size_t most, std::vector<Match>& matches) const override {
        if (most > 0 && (query.text.find('s') != std::string_view::npos || query.urn)) {
            matches.push_back({.file = 1, .name = "song", .size = 100, .urn = Urn(Sha1{})});
        }
    }
    void add_to(wire::QueryRouteTable& table) const override { table.add("song"); }
    std::uint64_t changes() const override { return 1; }
    std::uint64_t files() const override { return 1; }
    std::uint64_t bytes() const override { return 100; }
};

// Takes what a step needs from the front of the input; zeros when there is no more.
class Input {
  public:
    explicit Input(std::string_view bytes) : rest_(bytes) {}

    bool empty() const { return rest_.empty(); }
    std::uint8_t byte() {
        if (rest_.empty()) {
            return 0;
        }
        const auto taken = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return taken;
    }
    std::string_view bytes(std::size_t most) {
        const std::string_view taken = rest_.substr(0, most);
        rest_.remove_prefix(taken.size());
        return taken;
    }

  private:
    std::string_view rest_;
};

Guid guid_of(std::uint8_t number) {
    Guid guid;
    guid.bytes.fill(number);
    return guid;
}

Settings settings_of(std::uint8_t choice) {
    Settings settings;
    settings.role = (choice & 1) != 0 ? Role::leaf : Role::ultrapeer;
    settings.reachability = (choice & 2) != 0 ? Reachability::firewalled : Reachability::open;
    settings.max_sessions = sessions;
    settings.max_leaves = 2;
    settings.max_ultrapeers = 2;
    settings.max_known_hosts = max_known_hosts;
    settings.max_routes = 8;
    settings.max_push_routes = 4;
    return settings;
}

class Node {
  public:
    explicit Node(std::uint8_t choice)
        : router_(settings_of(choice), guid_of(0xFF), 8025, choice),
          role_((choice & 1) != 0 ? Role::leaf : Role::ultrapeer) {}

    void step(Input& input) {
        const std::uint8_t what = input.byte();
        const SessionId session = 1 + what / 16U % sessions;
        switch (what % 8) {
            case 0:
                open(session, input.byte());
                break;
            case 1:
                router_.closed(session, Error::lost, now_, out_);
                break;
            case 2:
                now_ += std::chrono::seconds(input.byte());
                router_.tick(now_, library_, out_);
                break;
            case 3:
                router_.start_query({guid_of(input.byte()), std::string(input.bytes(8)), {}, 9000}, now_, out_);
                break;
            case 4:
                router_.push(guid_of(input.byte()), 1, now_, out_);
                break;
            default:
                receive(session, input);
                break;
        }
        check();
    }

  private:
    void open(SessionId session, std::uint8_t how) {
        if (router_.session(session) != nullptr) {
            return;
        }
        Router::Start start;
        start.id = session;
        start.direction = (how & 1) != 0 ? Direction::outgoing : Direction::incoming;
        start.remote = {"10.0.0." + std::to_string(session), 8025};
        start.local = {"10.0.0.99", 8025};
        start.remote_address = wire::IpAddress::v4({10, 0, 0, static_cast<std::uint8_t>(session)});
        if ((how & 2) != 0) {
            wire::HandshakeHeaders theirs;
            theirs.ultrapeer = (how & 4) != 0;
            theirs.guid = (how & 8) != 0 ? std::optional(guid_of(static_cast<std::uint8_t>(session))) : std::nullopt;
            theirs.bye_packet = {0, 1};
            theirs.vendor_message = {0, 2};
            theirs.query_routing = {0, 2};
            theirs.ultrapeer_query_routing = {0, 1};
            theirs.max_ttl = static_cast<std::uint8_t>(how >> 4);
            const Router::HandshakeContext context{start.direction, start.remote, start.local, start.remote_address};
            if (router_.judge(context, theirs).refusal) {
                return;
            }
            start.dialect = Dialect::gnutella;
            start.handshake = theirs;
        }
        dialects_[session] = start.dialect;
        router_.opened(start, now_, out_);
    }

    // Of binary messages the header is made here: few inputs would have one.
    void receive(SessionId session, Input& input) {
        static constexpr std::array types{wire::MessageType::ping,      wire::MessageType::pong,
                                          wire::MessageType::bye,       wire::MessageType::route_table,
                                          wire::MessageType::vendor,    wire::MessageType::push,
                                          wire::MessageType::query_hit, wire::MessageType::query};
        std::string bytes;
        if (dialects_[session] == Dialect::gnutella) {
            const Guid id = guid_of(input.byte());
            bytes.assign(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
            bytes += static_cast<char>(types[input.byte() % types.size()]);
            bytes += static_cast<char>(input.byte());
            bytes += static_cast<char>(input.byte());
            const std::string_view payload = input.bytes(input.byte());
            bytes += static_cast<char>(payload.size());
            bytes.append(3, '\0');
            bytes += payload;
        } else {
            bytes = input.bytes(2U * input.byte());
        }
        std::pmr::monotonic_buffer_resource memory;
        wire::Message message;
        const wire::DecodeStep step = dialects_[session] == Dialect::gnutella
                                          ? wire::GnutellaDecoder().next(bytes, memory, message)
                                          : wire::JsonDecoder().next(bytes, memory, message);
        if (step.outcome == wire::DecodeOutcome::message) {
            router_.receive(session, message, now_, library_, out_);
        } else if (step.outcome == wire::DecodeOutcome::malformed) {
            router_.received_malformed(session, step.problem, now_, out_);
        } else {
            router_.received_unknown(session, now_);
        }
    }

    void check() {
        for (const Actions::Send& send : out_.sends) {
            const std::string_view bytes = send.frame.bytes();
            std::pmr::monotonic_buffer_resource memory;
            wire::Message message;
            const wire::DecodeStep step = dialects_[send.to] == Dialect::gnutella
                                              ? wire::GnutellaDecoder().next(bytes, memory, message)
                                              : wire::JsonDecoder().next(bytes, memory, message);
            require(step.outcome == wire::DecodeOutcome::message, "what is sent is a message");
            if (message.dialect == Dialect::gnutella) {
                require(step.consumed == bytes.size(), "a frame is one message");
                require(message.ttl > 0, "what is sent has a TTL");
                // An ultrapeer ends the session with a leaf that relays.
                require(role_ == Role::ultrapeer || message.hops == 0, "a leaf relays nothing");
            }
        }
        require(router_.sessions().size() <= sessions, "sessions are bounded");
        require(router_.known_hosts().size() <= max_known_hosts, "known hosts are bounded");
        out_.clear();
    }

    OneFile library_;
    Router router_;
    Role role_;
    TimePoint now_{std::chrono::hours(1)};
    Actions out_;
    std::map<SessionId, Dialect> dialects_;
};

}  // namespace
}  // namespace gnutella::overlay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    gnutella::overlay::Input input({reinterpret_cast<const char*>(data), size});
    gnutella::overlay::Node node(input.byte());
    while (!input.empty()) {
        node.step(input);
    }
    return 0;
}
