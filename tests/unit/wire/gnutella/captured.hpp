#pragma once

#include "wire/decode_step.hpp"
#include "wire/gnutella/gnutella_decoder.hpp"
#include "wire/gnutella/handshake_headers.hpp"
#include "wire/gnutella/route_table_receiver.hpp"
#include "wire/message.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory_resource>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gnutella::wire {

/// What a real client put on the wire: a file of tests/data/gnutella.
/// @param name such as "gtk-gnutella-1.2.3/leaf-connects/messages.bin".
inline std::string captured(std::string_view name) {
    std::ifstream file(std::string(GNUTELLA_CAPTURES "/").append(name), std::ios::binary);
    EXPECT_TRUE(file.is_open()) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

/// As we would say who we are to a real client.
inline HandshakeHeaders our_headers() {
    HandshakeHeaders headers;
    headers.accepts_deflate = headers.sends_deflate = headers.offers_tls = true;
    return headers;
}

/// All messages of one side of a session, with what they point to.
struct CapturedMessages {
    explicit CapturedMessages(std::string_view name) : bytes(captured(name)) {
        std::string_view rest = bytes;
        while (!rest.empty()) {
            Message message;
            const DecodeStep step = GnutellaDecoder().next(rest, memory, message);
            if (step.consumed == 0 || step.outcome == DecodeOutcome::dropped) {
                ADD_FAILURE() << name << ": not read at " << bytes.size() - rest.size();
                return;
            }
            if (step.outcome == DecodeOutcome::message) {
                messages.push_back(message);
            }
            rest.remove_prefix(step.consumed);
        }
    }

    template <class Kind>
    std::vector<const Kind*> all() const {
        std::vector<const Kind*> found;
        for (const Message& message : messages) {
            if (const auto* body = std::get_if<Kind>(&message.body)) {
                found.push_back(body);
            }
        }
        return found;
    }

    /// The query routing table that the client tells.
    RouteTableReceiver table() const {
        RouteTableReceiver receiver;
        for (const Message& message : messages) {
            if (const auto* reset = std::get_if<RouteTableReset>(&message.body)) {
                EXPECT_EQ(receiver.receive(*reset), RouteTableReceiver::Outcome::more);
            } else if (const auto* patch = std::get_if<RouteTablePatch>(&message.body)) {
                EXPECT_LE(receiver.receive(*patch), RouteTableReceiver::Outcome::complete);
            }
        }
        return receiver;
    }

    std::string bytes;
    std::pmr::monotonic_buffer_resource memory;
    std::vector<Message> messages;
};

}  // namespace gnutella::wire
