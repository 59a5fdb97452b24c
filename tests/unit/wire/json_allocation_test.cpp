#include "wire/allocation_counter.hpp"
#include "wire/json_decoder.hpp"
#include "wire/json_encoder.hpp"

#include <gtest/gtest.h>

#include <memory_resource>
#include <string>
#include <string_view>

namespace gnutella::wire {
namespace {

// Messages are decoded a hundred thousand times a second: the heap is not for them.

/// Allocations by `new` while `object` is decoded, by a decoder that has seen messages before. Whatever is asked of the
/// message's memory throws.
std::size_t allocations_to_decode(std::string_view object) {
    JsonDecoder decoder;
    Message message;
    std::pmr::memory_resource& none = *std::pmr::null_memory_resource();
    EXPECT_EQ(decoder.next(object, none, message).outcome, JsonDecoder::Outcome::message);
    const std::size_t before = allocations_of_this_thread();
    for (int i = 0; i < 10; ++i) {
        decoder.next(object, none, message);
    }
    return allocations_of_this_thread() - before;
}

TEST(JsonAllocation, TheCounterCounts) {
    const std::size_t before = allocations_of_this_thread();
    const auto* volatile memory = new std::string(100, 'a');
    delete memory;
    EXPECT_EQ(allocations_of_this_thread() - before, 2U);
}

TEST(JsonAllocation, MessagesWithoutEscapesAndListsAreDecodedWithoutAny) {
    for (
        const char* object :
        {R"({"type":"PING","host":"10.0.0.1","port":8025,"id":"00112233-4455-6677-8899-aabbccddeeff","v":1,"agent":"libgnutella/0.1.0","peer":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"})",
         R"({"type":"PONG","host":"10.0.0.1","port":8025,"id":"00112233-4455-6677-8899-aabbccddeeff","files":12,"bytes":3456789,"hosts":[]})",
         R"({"type":"QUERY","host":"10.0.0.1","port":40123,"file":"blue report.pdf","id":"00112233-4455-6677-8899-aabbccddeeff","ttl":7,"hops":0,"reply":"routed","urn":"urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"})",
         R"({"type": "QUERY", "host": "DESKTOP-3T", "port": 8027, "file": "notes.txt", "id": "00112233-4455-6677-8899-aabbccddeeff"})",
         R"({"type":"QUERY-HIT","host":"10.0.0.1","port":8025,"hasFile":true,"id":"00112233-4455-6677-8899-aabbccddeeff","transports":["http"]})",
         R"({"type":"BYE","host":"10.0.0.1","port":8025,"code":400,"reason":"not JSON"})"}) {
        EXPECT_EQ(allocations_to_decode(object), 0U) << object;
    }
}

TEST(JsonAllocation, TextsWithEscapesAndListsLiveInTheMessagesMemory) {
    JsonDecoder decoder;
    std::array<std::byte, 16 * 1024> room{};
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size(), std::pmr::null_memory_resource());
    Message message;
    const std::string_view object =
        R"({"type":"QUERY-HIT","id":"00112233-4455-6677-8899-aabbccddeeff","results":[{"name":"a long name, caf\u00e9.txt"},{"name":"b"}]})";
    ASSERT_EQ(decoder.next(object, memory, message).outcome, JsonDecoder::Outcome::message);
    const std::size_t before = allocations_of_this_thread();
    ASSERT_EQ(decoder.next(object, memory, message).outcome, JsonDecoder::Outcome::message);
    EXPECT_EQ(allocations_of_this_thread() - before, 0U);
    EXPECT_EQ(std::get<QueryHit>(message.body).results.size(), 2U);
}

TEST(JsonAllocation, AForwardedMessageIsOneAllocation) {
    JsonDecoder decoder;
    Message message;
    const std::string_view object = R"({"type":"QUERY","id":"x","file":"f","ttl":7,"hops":0})";
    ASSERT_EQ(decoder.next(object, *std::pmr::null_memory_resource(), message).outcome, JsonDecoder::Outcome::message);
    const std::size_t before = allocations_of_this_thread();
    const Frame frame = encode_forward(message, 6, 1);
    EXPECT_EQ(allocations_of_this_thread() - before, 1U);
}

}  // namespace
}  // namespace gnutella::wire
