#pragma once

#include "overlay/router_fixture.hpp"

namespace gnutella::overlay {

/// Sessions 1 and 2 are in JSON, 3 is a legacy peer's, 11 and 12 are of Gnutella 0.6.
class BridgeFixture : public RouterFixture {
  protected:
    void open_all() {
        open(1);
        open(2);
        open_legacy(3);
        open_gnutella(11, Role::ultrapeer);
        open_gnutella(12, Role::ultrapeer);
    }
};

}  // namespace gnutella::overlay
