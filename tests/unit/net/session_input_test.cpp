#include "net/session_input.hpp"

#include "wire/gnutella/gnutella_encoder.hpp"
#include "wire/gnutella/stream_deflater.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace gnutella::net {
namespace {

constexpr SessionLayers plain{};
constexpr SessionLayers deflated{.receives_deflated = true};

std::string query(const std::string& text) {
    wire::Query query;
    query.text = text;
    return std::string(wire::encode_binary({Guid::random(), 3, 0}, query).bytes());
}

std::string queries(std::size_t count, std::size_t length) {
    std::string bytes;
    for (std::size_t at = 0; at < count; ++at) {
        bytes += query(std::string(length, 'x') + std::to_string(at));
    }
    return bytes;
}

std::string compressed(std::string_view bytes) {
    wire::StreamDeflater deflater;
    std::string out;
    deflater.add(bytes, out);
    deflater.flush(out);
    return out;
}

/// Reads a stream as TcpSession does: a piece at a time, and nothing while a batch is under way.
class Reader {
  public:
    Reader(Dialect dialect, const SessionLayers& layers, std::size_t max_message_size = 64 * 1024)
        : pool_(max_message_size), input_(dialect, layers, {.max_message_size = max_message_size}) {}

    void begin_with(const std::string& bytes) { input_.begin_with(bytes); }

    void read(std::string_view stream, std::size_t piece) {
        while (!malformed) {
            auto batch = pool_.take();
            input_.fill_from_earlier(*batch);
            if (batch->empty()) {
                const auto room = input_.room(*batch);
                ASSERT_GT(room.size(), 0U);
                const std::size_t size = std::min({piece, room.size(), stream.size()});
                std::memcpy(room.data(), stream.data(), size);
                stream.remove_prefix(size);
                input_.fill(*batch, size);
                const bool over = stream.empty() && size == 0;
                if (over && batch->empty()) {
                    pool_.give_back(std::move(batch));
                    return;
                }
            }
            for (const auto& message : batch->messages) {
                texts.emplace_back(std::get<wire::Query>(message.body).text);
            }
            unknown += batch->unknown;
            dropped += batch->dropped.size();
            malformed = batch->malformed;
            pool_.give_back(std::move(batch));
        }
    }

    std::vector<std::string> texts;
    std::size_t unknown = 0;
    std::size_t dropped = 0;
    std::optional<wire::Malformed> malformed;

  private:
    ReadBatchPool pool_;
    SessionInput input_;
};

TEST(SessionInput, FindsAllMessagesHoweverTheStreamIsCut) {
    const std::string stream = queries(300, 40);
    for (const std::size_t piece : {1U, 7U, 1000U, 65'536U}) {
        Reader reader(Dialect::gnutella, plain);
        reader.read(stream, piece);
        ASSERT_EQ(reader.texts.size(), 300U) << piece;
        EXPECT_EQ(reader.texts.back(), std::string(40, 'x') + "299");
    }
}

TEST(SessionInput, FindsAllMessagesOfACompressedStreamHoweverItIsCut) {
    const std::string stream = compressed(queries(300, 40));
    for (const std::size_t piece : {1U, 7U, 1000U, 65'536U}) {
        Reader reader(Dialect::gnutella, deflated);
        reader.read(stream, piece);
        ASSERT_EQ(reader.texts.size(), 300U) << piece;
        EXPECT_EQ(reader.texts.back(), std::string(40, 'x') + "299");
    }
}

TEST(SessionInput, GivesWhatFindsNoRoomInABatchInTheNext) {
    // 2,000 queries of 1,000 bytes are 30 times what a batch holds, and some KiB when they are compressed.
    const std::string stream = compressed(queries(2'000, 1'000));
    ASSERT_LT(stream.size(), 100'000U);
    Reader reader(Dialect::gnutella, deflated);
    reader.read(stream, 65'536);
    EXPECT_EQ(reader.texts.size(), 2'000U);
    EXPECT_FALSE(reader.malformed);
}

TEST(SessionInput, TakesAMessageOfTheLargestSizeBehindAnother) {
    for (const SessionLayers& layers : {plain, deflated}) {
        const std::string largest(4'000, 'y');
        const std::string bytes = query("small") + query(largest) + query("small");
        Reader reader(Dialect::gnutella, layers, 4'000 + 3);
        reader.read(layers == plain ? bytes : compressed(bytes), 65'536);
        EXPECT_THAT(reader.texts, testing::ElementsAre("small", largest, "small"));
        EXPECT_FALSE(reader.malformed);
    }
}

TEST(SessionInput, BeginsWithWhatWasReadBefore) {
    const std::string bytes = queries(3, 10);
    for (const SessionLayers& layers : {plain, deflated}) {
        const std::string stream = layers == plain ? bytes : compressed(bytes);
        for (const std::size_t before : {std::size_t{1}, stream.size() / 2, stream.size()}) {
            Reader reader(Dialect::gnutella, layers);
            reader.begin_with(stream.substr(0, before));
            reader.read(std::string_view(stream).substr(before), 65'536);
            EXPECT_EQ(reader.texts.size(), 3U) << before;
        }
    }
}

TEST(SessionInput, CountsWhatIsDroppedAndGoesOn) {
    std::string broken_query = query("x");
    broken_query.resize(23);  // without its payload
    std::memset(broken_query.data() + 19, 0, 4);
    std::string unknown = query("x");
    unknown[16] = 0x55;
    Reader reader(Dialect::gnutella, plain);
    reader.read(broken_query + unknown + query("good"), 65'536);
    EXPECT_THAT(reader.texts, testing::ElementsAre("good"));
    EXPECT_EQ(reader.dropped, 1U);
    EXPECT_EQ(reader.unknown, 1U);
}

TEST(SessionInput, EndsWithALengthThatCannotBe) {
    std::string lie = query("x");
    lie[22] = '\x7F';
    for (const SessionLayers& layers : {plain, deflated}) {
        const std::string bytes = query("good") + lie;
        Reader reader(Dialect::gnutella, layers);
        reader.read(layers == plain ? bytes : compressed(bytes), 65'536);
        EXPECT_THAT(reader.texts, testing::ElementsAre("good"));
        EXPECT_EQ(reader.malformed, wire::Malformed::too_large);
    }
}

TEST(SessionInput, EndsWithWhatIsNoCompressedStream) {
    Reader reader(Dialect::gnutella, deflated);
    reader.read(compressed(query("good")) + "GET / HTTP/1.1\r\n\r\n", 65'536);
    EXPECT_EQ(reader.malformed, wire::Malformed::not_deflated);
}

TEST(SessionInput, EndsWithABomb) {
    std::string zeros(50'000'000, '\0');  // Pings, and very many of them
    std::string bomb(compressBound(zeros.size()), '\0');
    uLongf size = bomb.size();
    ASSERT_EQ(compress2(reinterpret_cast<Bytef*>(bomb.data()), &size, reinterpret_cast<const Bytef*>(zeros.data()),
                        zeros.size(), 9),
              Z_OK);
    bomb.resize(size);
    ReadBatchPool pool(64 * 1024);
    SessionInput input(Dialect::gnutella, deflated, {});
    std::size_t messages = 0;
    std::optional<wire::Malformed> malformed;
    for (std::string_view rest = bomb; !malformed && (!rest.empty() || messages == 0);) {
        auto batch = pool.take();
        input.fill_from_earlier(*batch);
        if (batch->empty()) {
            const auto room = input.room(*batch);
            const std::size_t piece = std::min(room.size(), rest.size());
            std::memcpy(room.data(), rest.data(), piece);
            rest.remove_prefix(piece);
            input.fill(*batch, piece);
        }
        messages += batch->messages.size();
        malformed = batch->malformed;
        pool.give_back(std::move(batch));
    }
    EXPECT_EQ(malformed, wire::Malformed::too_dense);
    EXPECT_LT(messages * 23, 1'300'000U);  // what is let through before the ratio counts
}

TEST(SessionInput, ReadsTheOtherDialectToo) {
    Reader reader(Dialect::json, plain);
    const std::string object = R"({"type":"QUERY","host":"h","port":1,"file":"a","ttl":7,"hops":0,"id":"1"})";
    reader.begin_with(object.substr(0, 1));
    reader.read(object.substr(1) + " " + object, 10);
    EXPECT_THAT(reader.texts, testing::ElementsAre("a", "a"));
}

}  // namespace
}  // namespace gnutella::net
