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

TEST(RequestTarget, NamesAFileByItsNumber) {
    EXPECT_EQ(parse_indexed_target("/get/12/a%20name%2Bx.txt"), (IndexedFile{12, "a name+x.txt"}));
    EXPECT_EQ(parse_indexed_target("/get/4294967295/a"), (IndexedFile{4294967295, "a"}));
    EXPECT_EQ(parse_indexed_target("http://host:8025/get/0/a"), (IndexedFile{0, "a"}));
    EXPECT_EQ(parse_indexed_target("/get/1/%2e%2e%2Fetc"), (IndexedFile{1, "../etc"})) << "a name, which no file has";
    for (const char* target : {"/get/", "/get/1", "/get/1/", "/get//a", "/get/../../etc/passwd", "/get/-1/a",
                               "/get/4294967296/a", "/get/1 /a", "/get/1/%", "/get/1/%zz", "get/1/a", "/get/%31/a"}) {
        EXPECT_EQ(parse_indexed_target(target), std::nullopt) << target;
    }
}

TEST(RequestTarget, ByNumberIsReadAsItIsWritten) {
    const IndexedFile file{7, "\xC3\xA9 / ? # % \".txt"};
    EXPECT_EQ(target_of(file), "/get/7/%C3%A9%20%2F%20%3F%20%23%20%25%20%22.txt");
    EXPECT_EQ(parse_indexed_target(target_of(file)), file);
}

TEST(RequestTarget, AsksAPushProxy) {
    Guid servent;
    for (std::size_t at = 0; at < servent.bytes.size(); ++at) {
        servent.bytes[at] = static_cast<std::uint8_t>(at + 1);
    }
    EXPECT_EQ(push_proxy_target_of(servent), "/gnutella/push-proxy?ServerId=AEBAGBAFAYDQQCIKBMGA2DQPCA");
    EXPECT_EQ(parse_push_proxy_target(push_proxy_target_of(servent)), (PushProxyTarget{servent, 0}));
    EXPECT_EQ(parse_push_proxy_target("/gnutella/pushproxy?serverid=aebagbafaydqqcikbmga2dqpca&file=9"),
              (PushProxyTarget{servent, 9}));
    EXPECT_EQ(parse_push_proxy_target("/gnet/push-proxy?guid=0102030405060708090A0b0c0d0e0f10&tls=true"),
              (PushProxyTarget{servent, 0}));
    for (const char* target :
         {"/gnutella/push-proxy?", "/gnutella/push-proxy?ServerId=", "/gnutella/push-proxy?guid=00",
          "/gnutella/push-proxy?ServerId=AEBAGBAFAYDQQCIKBMGA2DQPC1",
          "/gnutella/push-proxy?x=y&&=", "/gnutella/push-proxy?ServerId=AAAAAAAAAAAAAAAAAAAAAAAAAA",
          "/gnutella/push-proxy?ServerId=AEBAGBAFAYDQQCIKBMGA2DQPCA&file=x"}) {
        EXPECT_TRUE(is_push_proxy_target(target));
        EXPECT_EQ(parse_push_proxy_target(target), std::nullopt) << target;
    }
    EXPECT_FALSE(is_push_proxy_target("/gnutella/push-proxy"));
}

TEST(HttpRequest, AsksForAFileByItsNumber) {
    const auto wanted = std::get<FileRequest>(plan_request(get("/get/3/name")));
    EXPECT_EQ(std::get<IndexedFile>(wanted.file), (IndexedFile{3, "name"}));
}

TEST(HttpRequest, ForAPathIsForNothing) {
    for (const char* target :
         {"/get/../../etc/passwd", "/../../etc/passwd", "/get/%2e%2e/%2e%2e/etc/passwd", "/get/1%00/a", "/%00"}) {
        EXPECT_EQ(std::get<HttpStatus>(plan_request(get(target))), HttpStatus::not_found) << target;
    }
}

TEST(HttpRequest, BrowsesInTheFormThatIsAskedFor) {
    HttpRequest request = get("/");
    EXPECT_EQ(std::get<BrowseRequest>(plan_request(request)).form, BrowseRequest::Form::page) << "a browser";
    request.accept = "text/html,application/xhtml+xml,*/*;q=0.8";
    EXPECT_EQ(std::get<BrowseRequest>(plan_request(request)).form, BrowseRequest::Form::page);
    request.accept = "text/html, application/x-gnutella-packets";
    EXPECT_EQ(std::get<BrowseRequest>(plan_request(request)).form, BrowseRequest::Form::packets);
    EXPECT_EQ(std::get<BrowseRequest>(plan_request(request)).coding, BrowseRequest::Coding::none);
    request.accept_encoding = "deflate";
    EXPECT_EQ(std::get<BrowseRequest>(plan_request(request)).coding, BrowseRequest::Coding::deflate);
    request.accept = "application/x-gnutella2";
    EXPECT_EQ(std::get<HttpStatus>(plan_request(request)), HttpStatus::not_acceptable);
}

TEST(HttpRequest, AsksAPushProxyToSayWhereItListens) {
    HttpRequest request = get("/gnutella/push-proxy?ServerId=AEBAGBAFAYDQQCIKBMGA2DQPCA");
    EXPECT_EQ(std::get<HttpStatus>(plan_request(request)), HttpStatus::bad_request);
    request.node = "1.2.3.4:99999";
    EXPECT_EQ(std::get<HttpStatus>(plan_request(request)), HttpStatus::bad_request);
    request.node = "1.2.3.4:6346";
    EXPECT_EQ(std::get<PushProxyRequest>(plan_request(request)).port, 6346);
    request.target = "/gnutella/push-proxy?ServerId=none";
    EXPECT_EQ(std::get<HttpStatus>(plan_request(request)), HttpStatus::bad_request);
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
        EXPECT_EQ(std::get<Urn>(wanted->file), *Urn::parse(sha1_text));
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
    HttpRequest request = get("/elsewhere");
    EXPECT_EQ(std::get<HttpStatus>(plan_request(request)), HttpStatus::not_found);
    request.method = HttpMethod::other;
    EXPECT_EQ(std::get<HttpStatus>(plan_request(request)), HttpStatus::method_not_allowed);
}

}  // namespace
}  // namespace gnutella::transfer
