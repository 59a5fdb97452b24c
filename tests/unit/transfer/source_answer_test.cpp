#include "transfer/source_answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnutella::transfer {
namespace {

const Urn sha1_urn = *Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
const PieceRequest from_start{sha1_urn, 0, 1000};
const PieceRequest from_400{sha1_urn, 400, 1000};

SourceAnswer piece(std::string_view content_range, std::optional<std::uint64_t> length = {}) {
    return {206, length, content_range, {}, {}};
}

SourceAnswer status(unsigned code) {
    return {code, 0, {}, {}, {}};
}

BodyPlan plan(const SourceAnswer& answer, const PieceRequest& request) {
    const auto result = check_answer(answer, request);
    EXPECT_TRUE(std::holds_alternative<BodyPlan>(result));
    return std::holds_alternative<BodyPlan>(result) ? std::get<BodyPlan>(result) : BodyPlan{};
}

Error failure(const SourceAnswer& answer, const PieceRequest& request) {
    const auto result = check_answer(answer, request);
    return std::holds_alternative<Error>(result) ? std::get<Error>(result) : Error{};
}

TEST(SourceAnswer, RequestsFromTheFirstByteThatIsMissing) {
    EXPECT_EQ(request_head(from_400, "example.net:8025", "agent/1\r\nX: y"),
              "GET /uri-res/N2R?urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB HTTP/1.1\r\n"
              "Host: example.net:8025\r\n"
              "User-Agent: agent/1  X: y\r\n"
              "X-Queue: 0.1\r\n"
              "Range: bytes=400-999\r\n\r\n");
}

TEST(SourceAnswer, AsksWhatASourceHas) {
    PieceRequest request = from_start;
    request.indexed = IndexedFile{3, "a b"};
    request.fields = "X-Alt: 1.2.3.4\r\n";
    EXPECT_EQ(presence_request_head(request, "example.net:8025", "us"),
              "HEAD /get/3/a%20b HTTP/1.1\r\n"
              "Host: example.net:8025\r\n"
              "User-Agent: us\r\n"
              "X-Alt: 1.2.3.4\r\n\r\n");
    EXPECT_EQ(check_presence(status(200)), std::nullopt);
    EXPECT_EQ(check_presence(status(404)), Error::source_lacks_file);
    EXPECT_EQ(check_presence(status(410)), Error::source_lacks_file);
    EXPECT_EQ(check_presence(status(503)), Error::source_busy);
    EXPECT_EQ(check_presence(status(501)), std::nullopt) << "which knows no HEAD";
}

TEST(SourceAnswer, RequestsSoManyBytesAsAreWantedAndTakesNoMore) {
    const PieceRequest middle{sha1_urn, 400, 1000, 100};
    EXPECT_NE(request_head(middle, "a:1", "us").find("\r\nRange: bytes=400-499\r\n"), std::string::npos);
    EXPECT_EQ(plan(piece("bytes 400-499/1000", 100), middle), (BodyPlan{0, 100}));
    EXPECT_EQ(plan(piece("bytes 400-450/1000", 51), middle), (BodyPlan{0, 51}));
    EXPECT_EQ(failure(piece("bytes 400-500/1000", 101), middle), Error::source_answer);
    EXPECT_EQ(plan({200, 1000, {}, {}, {}}, middle), (BodyPlan{400, 100}));
}

TEST(SourceAnswer, KeepsThePieceThatWasAskedFor) {
    EXPECT_EQ(plan(piece("bytes 400-999/1000", 600), from_400), (BodyPlan{0, 600}));
    EXPECT_EQ(plan(piece("bytes 400-999/1000"), from_400), (BodyPlan{0, 600})) << "the range says the length as well";
    EXPECT_EQ(plan(piece("bytes 400-999/*", 600), from_400), (BodyPlan{0, 600}));
}

TEST(SourceAnswer, TakesAShorterPiece) {
    EXPECT_EQ(plan(piece("bytes 400-499/1000", 100), from_400), (BodyPlan{0, 100}));
}

TEST(SourceAnswer, ThrowsAwayWhatItHasOfAWholeFile) {
    EXPECT_EQ(plan({200, 1000, {}, {}, {}}, from_400), (BodyPlan{400, 600}));
    EXPECT_EQ(plan({200, 1000, {}, {}, {}}, from_start), (BodyPlan{0, 1000}));
    EXPECT_EQ(plan({200, std::nullopt, {}, {}, {}}, from_start), (BodyPlan{0, 1000}));
}

TEST(SourceAnswer, NoticesAFileOfAnotherSize) {
    EXPECT_EQ(failure({200, 999, {}, {}, {}}, from_start), Error::size_mismatch);
    EXPECT_EQ(failure(piece("bytes 400-1000/1001", 601), from_400), Error::size_mismatch);
    EXPECT_EQ(failure({416, 0, "bytes */300", {}, {}}, from_400), Error::size_mismatch);
}

TEST(SourceAnswer, TellsHowLongTheFileIs) {
    SourceAnswer answer;
    answer.status = 206;
    answer.content_length = 10;
    answer.content_range = "bytes 0-9/1000";
    EXPECT_EQ(size_told(answer), 1000U);
    answer.content_range = "bytes 0-9/*";
    EXPECT_EQ(size_told(answer), std::nullopt);
    answer.status = 416;
    answer.content_range = "bytes */77";
    EXPECT_EQ(size_told(answer), 77U);
    answer.content_range = {};
    EXPECT_EQ(size_told(answer), std::nullopt);
    answer.status = 200;
    EXPECT_EQ(size_told(answer), 10U);
    answer.transfer_encoding = "chunked";
    EXPECT_EQ(size_told(answer), std::nullopt);
}

TEST(SourceAnswer, RefusesBytesThatWereNotAskedFor) {
    EXPECT_EQ(failure(piece("bytes 399-999/1000"), from_400), Error::source_answer);
    EXPECT_EQ(failure(piece("bytes 401-999/1000"), from_400), Error::source_answer);
    EXPECT_EQ(failure(piece("bytes 0-999/1000"), from_400), Error::source_answer);
    EXPECT_EQ(failure(piece("bytes 400-1000/*"), from_400), Error::source_answer);
    EXPECT_EQ(failure(piece("bytes 400-999/1000", 599), from_400), Error::source_answer);
    EXPECT_EQ(failure(piece(""), from_400), Error::source_answer);
    EXPECT_EQ(failure(piece("bytes */1000"), from_400), Error::source_answer);
    EXPECT_EQ(failure({416, 0, "bytes */1000", {}, {}}, from_400), Error::source_answer);
}

TEST(SourceAnswer, KnowsWhyASourceGivesNothing) {
    EXPECT_EQ(failure(status(404), from_start), Error::source_lacks_file);
    EXPECT_EQ(failure(status(410), from_start), Error::source_lacks_file);
    EXPECT_EQ(failure(status(503), from_start), Error::source_busy);
    for (const unsigned code : {0U, 100U, 204U, 302U, 400U, 401U, 500U, 999U}) {
        EXPECT_EQ(failure(status(code), from_start), Error::source_answer) << code;
    }
}

TEST(SourceAnswer, BelievesASourceThatSaysItIsAnotherFile) {
    SourceAnswer answer{200, 1000, {}, {}, "urn:sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    EXPECT_EQ(failure(answer, from_start), Error::hash_mismatch);
    for (const char* content_urn : {"urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB", "nonsense",
                                    "urn:tree:tiger/:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
        answer.content_urn = content_urn;
        EXPECT_EQ(plan(answer, from_start).keep, 1000) << content_urn;
    }
}

TEST(SourceAnswer, RefusesAnEncodingThatHidesTheLength) {
    EXPECT_EQ(failure({200, std::nullopt, {}, "chunked", {}}, from_start), Error::source_answer);
}

}  // namespace
}  // namespace gnutella::transfer
