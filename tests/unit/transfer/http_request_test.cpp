#include "transfer/http_request.hpp"
#include "transfer/request_target.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnutella::transfer {
namespace {

const std::string sha1_text = "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB";
const std::string tiger_text = "urn:tree:tiger/:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const std::string bitprint_text =
    "urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

HttpRequest get(std::string_view target) {
    HttpRequest request;
    request.method = HttpMethod::get;
    request.target = target;
    return request;
}

TEST(RequestTarget, NamesAFileByAnyFormOfItsUrn) {
    for (const std::string& text : {sha1_text, tiger_text, bitprint_text}) {
        EXPECT_EQ(parse_target("/uri-res/N2R?" + text), Urn::parse(text)) << text;
    }
}

TEST(RequestTarget, DoesNotRegardCase) {
    EXPECT_EQ(parse_target("/URI-RES/n2r?URN:SHA1:plsthipqgssZTS5FJUPAKUZWUGYQYPFB"), Urn::parse(sha1_text));
}

TEST(RequestTarget, ToleratesPercentEncoding) {
    EXPECT_EQ(parse_target("/uri%2Dres/N2R?urn%3Asha1%3aPLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"), Urn::parse(sha1_text));
    EXPECT_EQ(parse_target("/uri-res/N2R?urn%253Asha1%253APLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"), std::nullopt)
        << "decoded once, not twice";
}

TEST(RequestTarget, ToleratesTheAbsoluteForm) {
    EXPECT_EQ(parse_target("http://host:8025/uri-res/N2R?" + sha1_text), Urn::parse(sha1_text));
    EXPECT_EQ(parse_target("HTTP://[::1]/uri-res/N2R?" + sha1_text), Urn::parse(sha1_text));
    EXPECT_EQ(parse_target("http://host"), std::nullopt);
    EXPECT_EQ(parse_target("ftp://host/uri-res/N2R?" + sha1_text), std::nullopt);
}

TEST(RequestTarget, NamesNothingElse) {
    for (const std::string& target :
         {std::string("/"), std::string(), std::string("*"), std::string("/get/1/file.txt"),
          std::string("/uri-res/N2R?"), "/uri-res/N2L?" + sha1_text, "/uri-res/N2R" + sha1_text,
          "/uri-res/N2R?" + sha1_text + "A", "/uri-res/N2R?" + sha1_text + "%00",
          std::string("/uri-res/N2R?urn:sha1:..%2f..%2fetc%2fpasswd"), "/uri-res/N2R?" + sha1_text + "%",
          "/uri-res/N2R?%zz" + sha1_text, "/uri-res/../uri-res/N2R?" + sha1_text, "uri-res/N2R?" + sha1_text}) {
        EXPECT_EQ(parse_target(target), std::nullopt) << target;
    }
}

TEST(RequestTarget, IsReadAsItIsWritten) {
    EXPECT_EQ(target_of(*Urn::parse(sha1_text)), "/uri-res/N2R?" + sha1_text);
    EXPECT_EQ(target_of(*Urn::parse(bitprint_text)), "/uri-res/N2R?" + sha1_text) << "what every servent understands";
    EXPECT_EQ(parse_target(target_of(*Urn::parse(tiger_text))), Urn::parse(tiger_text));
}

TEST(HttpRequest, AsksForAFileByGetAndHead) {
    const std::string target = "/uri-res/N2R?" + sha1_text;
    for (const HttpMethod method : {HttpMethod::get, HttpMethod::head}) {
        HttpRequest request = get(target);
        request.method = method;
        const auto plan = plan_request(request);
        const auto* wanted = std::get_if<FileRequest>(&plan);
        ASSERT_NE(wanted, nullptr);
        EXPECT_EQ(wanted->method, method);
        EXPECT_EQ(wanted->urn, *Urn::parse(sha1_text));
        EXPECT_EQ(wanted->range, std::nullopt);
    }
}

TEST(HttpRequest, GetsARangeWithGetAlone) {
    const std::string target = "/uri-res/N2R?" + sha1_text;
    HttpRequest request = get(target);
    request.range = "bytes=1-2";
    request.if_range = "\"tag\"";
    const auto wanted = std::get<FileRequest>(plan_request(request));
    EXPECT_EQ(wanted.range, (RangeRequest{1, 2, 0}));
    EXPECT_EQ(wanted.if_range, "\"tag\"");
    request.method = HttpMethod::head;
    EXPECT_EQ(std::get<FileRequest>(plan_request(request)).range, std::nullopt);
}

TEST(HttpRequest, IgnoresARangeItDoesNotServe) {
    const std::string target = "/uri-res/N2R?" + sha1_text;
    HttpRequest request = get(target);
    for (const char* range : {"bytes=1-2,3-4", "nonsense"}) {
        request.range = range;
        EXPECT_EQ(std::get<FileRequest>(plan_request(request)).range, std::nullopt) << range;
    }
}

TEST(HttpRequest, AsksForATreeByGetAndHead) {
    const std::string target = "/uri-res/N2X?" + sha1_text;
    for (const HttpMethod method : {HttpMethod::get, HttpMethod::head}) {
        HttpRequest request = get(target);
        request.method = method;
        const auto wanted = std::get<TreeRequest>(plan_request(request));
        EXPECT_EQ(wanted.method, method);
        EXPECT_EQ(wanted.urn, *Urn::parse(sha1_text));
    }
}

TEST(HttpRequest, IsRefusedForAnotherMethodOrTarget) {
    HttpRequest request = get("/");
    EXPECT_EQ(std::get<HttpStatus>(plan_request(request)), HttpStatus::not_found);
    request.method = HttpMethod::other;
    EXPECT_EQ(std::get<HttpStatus>(plan_request(request)), HttpStatus::method_not_allowed);
}

}  // namespace
}  // namespace gnutella::transfer
