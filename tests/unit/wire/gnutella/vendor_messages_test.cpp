#include "wire/gnutella/vendor_messages.hpp"

#include "wire/gnutella/bytes.hpp"
#include "wire/ip_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gnutella::wire {
namespace {

using ::testing::SizeIs;

TEST(VendorMessages, AreKnownByTheirNames) {
    EXPECT_EQ(name_of(vendor_message(vendor_messages::hops_flow, "")), "Hops Flow");
    EXPECT_EQ(name_of({.vendor = {'L', 'I', 'M', 'E'}, .selector = 21, .version = 99, .payload = {}}),
              "Push-Proxy Request");
    EXPECT_EQ(name_of({.vendor = {'l', 'i', 'm', 'e'}, .selector = 21, .version = 1, .payload = {}}), "")
        << "a vendor's letters have a case";
    EXPECT_EQ(name_of({.vendor = {}, .selector = 0, .version = 0, .payload = {}}), "Messages Supported");
}

TEST(VendorMessages, AnEarlierVersionIsUnderstoodAndALaterOneIsNot) {
    VendorMessage message = vendor_message(vendor_messages::push_proxy_request, "");
    EXPECT_TRUE(is(message, vendor_messages::push_proxy_request));
    message.version = 1;
    EXPECT_TRUE(is(message, vendor_messages::push_proxy_request));
    message.version = 3;
    EXPECT_FALSE(is(message, vendor_messages::push_proxy_request));
    message.version = 1;
    message.selector = 22;
    EXPECT_FALSE(is(message, vendor_messages::push_proxy_request));
}

TEST(VendorMessages, TellWhatIsSupported) {
    const std::vector<VendorMessageId> ours{vendor_messages::hops_flow, vendor_messages::push_proxy_request};
    const std::string payload = write_messages_supported(ours);
    EXPECT_EQ(payload, hex("2 0") + "BEAR" + hex("4 0 1 0") + "LIME" + hex("15 0 2 0"));
    EXPECT_EQ(read_messages_supported(payload), ours);
    EXPECT_EQ(read_messages_supported(hex("0 0")), std::vector<VendorMessageId>());
}

TEST(VendorMessages, TellWhatElseIsSupported) {
    const std::vector<VendorFeature> ours{one_bit_patches, speaks_tls};
    const std::string payload = write_features_supported(ours);
    EXPECT_EQ(payload, hex("2 0") + "QRP1" + hex("1 0") + "TLS!" + hex("1 0"));
    EXPECT_EQ(read_features_supported(payload), ours);
    EXPECT_EQ(read_features_supported(payload.substr(0, payload.size() - 1)), std::nullopt);
}

TEST(VendorMessages, ACountThatLiesIsNoList) {
    EXPECT_EQ(read_messages_supported(""), std::nullopt);
    EXPECT_EQ(read_messages_supported(hex("1 0")), std::nullopt);
    EXPECT_EQ(read_messages_supported(hex("2 0") + "BEAR" + hex("4 0 1 0")), std::nullopt);
    EXPECT_EQ(read_messages_supported(hex("ff ff") + "BEAR" + hex("4 0 1 0")), std::nullopt);
    const auto many = read_messages_supported(hex("ff ff") + std::string(65535 * 8, 'x'));
    ASSERT_TRUE(many);
    EXPECT_THAT(*many, SizeIs(max_supported_messages));
}

TEST(VendorMessages, HopsFlowAndConnectBackReadBackAsTheyWere) {
    EXPECT_EQ(read_hops_flow(write_hops_flow(0)), 0);
    EXPECT_EQ(read_hops_flow(write_hops_flow(255)), 255);
    EXPECT_EQ(read_hops_flow(""), std::nullopt);
    EXPECT_EQ(write_connect_back(6346), hex("ca 18"));
    EXPECT_EQ(read_connect_back(hex("ca 18")), 6346);
    EXPECT_EQ(read_connect_back(hex("ca 18") + "guid behind it"), 6346);
    EXPECT_EQ(read_connect_back(hex("0 0")), std::nullopt);
    EXPECT_EQ(read_connect_back("x"), std::nullopt);
}

TEST(VendorMessages, APushProxySaysWhereItListens) {
    const PackedHost v4{IpAddress::v4({192, 0, 2, 1}), 6346};
    EXPECT_EQ(write_push_proxy_acknowledgement(v4), hex("c0 0 2 1 ca 18"));
    EXPECT_EQ(read_push_proxy_acknowledgement(write_push_proxy_acknowledgement(v4)), v4);
    const PackedHost v6{*parse_ip("2001:db8::1"), 6346};
    EXPECT_EQ(read_push_proxy_acknowledgement(write_push_proxy_acknowledgement(v6)), v6);
    EXPECT_EQ(read_push_proxy_acknowledgement(hex("c0 0 2 1 ca")), std::nullopt);
    EXPECT_EQ(read_push_proxy_acknowledgement(hex("c0 0 2 1 0 0")), std::nullopt);
}

}  // namespace
}  // namespace gnutella::wire
