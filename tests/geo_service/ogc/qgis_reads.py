"""Run by QGIS's own Python, not by ours: reads a grid API with QGIS and tells in JSON what it saw.

QT_QPA_PLATFORM=offscreen GRID=http://…/ogc GRID_KEY=wg_… /usr/bin/python3 qgis_reads.py PICTURE.png [WEST,SOUTH,EAST,NORTH]
"""

import json
import os
import sys
import urllib.request

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsAuthMethodConfig,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsMapBoxGlStyleConverter,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsMarkerSymbol,
    QgsNetworkAccessManager,
    QgsProject,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

GRID, KEY = os.environ["GRID"], os.environ["GRID_KEY"]
PICTURE = sys.argv[1]
BOX = [
    float(n) for n in (sys.argv[2] if len(sys.argv) > 2 else "121.4101,31.2002,121.4300,31.2100").split(",")
]


def signed_in():
    """The key in every request: by an API Header configuration where QGIS has that (3.24), else by hand."""
    manager = QgsApplication.authManager()
    if "APIHeader" in manager.authMethodsKeys():
        manager.setMasterPassword("of this run only", True)
        config = QgsAuthMethodConfig("APIHeader", 1)
        config.setName("grid")
        config.setConfig("Authorization", f"Bearer {KEY}")
        manager.storeAuthenticationConfig(config)
        return f" authcfg='{config.id()}'", f"&authcfg={config.id()}"
    QgsNetworkAccessManager.setRequestPreprocessor(
        lambda request: request.setRawHeader(b"Authorization", f"Bearer {KEY}".encode())
    )
    return "", ""


def features(collection, authorised, by_box=False):
    """A feature layer; ``by_box``: only what is on the map is fetched."""
    box = " restrictToRequestBBOX='1'" if by_box else ""
    layer = QgsVectorLayer(
        f"url='{GRID}' typename='{collection}' pageSize='500'{box}{authorised}", collection, "OAPIF"
    )
    if not layer.isValid():
        sys.exit(f"{collection}: {layer.error().summary()}")
    return layer


def told_by(path):
    """JSON from the service."""
    request = urllib.request.Request(f"{GRID}{path}", headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


def styled_tiles(collection, style, authorised):
    """A tile layer in one of the service's own styles, and what QGIS could not read of that."""
    address = f"{GRID}/collections/{collection}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
    layer = QgsVectorTileLayer(f"type=xyz&url={address}&zmin=0&zmax=22{authorised}", collection)
    converter = QgsMapBoxGlStyleConverter()
    understood = converter.convert(told_by(f"/styles/{style}")) == QgsMapBoxGlStyleConverter.Success
    layer.setRenderer(converter.renderer())
    return layer, {"valid": layer.isValid(), "understood": understood, "warnings": converter.warnings()}


def converted():
    """Style → what QGIS could not read of it, for every style there is."""
    found = {}
    for style in told_by("/styles")["styles"]:
        converter = QgsMapBoxGlStyleConverter()
        understood = converter.convert(told_by(f"/styles/{style['id']}")) == QgsMapBoxGlStyleConverter.Success
        found[style["id"]] = converter.warnings() if understood else ["not understood"]
    return found


def drawn(layers, box, crs, path, width=1200, height=800):
    """A picture of layers; the share of its pixels that have not the commonest colour."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setOutputSize(QSize(width, height))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(crs))
    move = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:4326"), settings.destinationCrs(), QgsProject.instance()
    )
    settings.setExtent(move.transformBoundingBox(QgsRectangle(*box)))
    settings.setBackgroundColor(QColor("#fbfaf7"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(path)
    pixels = [image.pixel(x, y) for x in range(0, width, 8) for y in range(0, height, 8)]
    return 1 - max(pixels.count(colour) for colour in set(pixels)) / len(pixels)


def symbols(grids, committees, sites):
    outline = {"color": "0,0,0,0", "outline_color": "#6d7678", "outline_width": "0.35"}
    grids.setRenderer(
        QgsSingleSymbolRenderer(QgsFillSymbol.createSimple({**outline, "outline_color": "#0f5f7a"}))
    )
    heavy = {**outline, "outline_color": "#1d2528", "outline_width": "0.8"}
    committees.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(heavy)))
    if sites is not None:
        marker = QgsMarkerSymbol.createSimple(
            {"name": "diamond", "color": "#8a5a00", "outline_color": "#ffffff", "size": "3.2"}
        )
        sites.setRenderer(QgsSingleSymbolRenderer(marker))


def main():
    application = QgsApplication([], False)
    application.initQgis()
    by_feature, by_tile = signed_in()
    buildings = features("buildings", by_feature)
    told = {
        "qgis": Qgis.QGIS_VERSION,
        "fields": [f.name() for f in buildings.fields()],
        "crs": buildings.crs().authid(),
    }
    told["counted"] = sum(1 for _ in buildings.getFeatures())
    small = QgsFeatureRequest().setFilterRect(QgsRectangle(121.4101, 31.2002, 121.4115, 31.2003))
    again = features("buildings", by_feature, by_box=True)
    told["in_box"] = sorted(f["code"] for f in again.getFeatures(small))
    filtered = features("buildings", by_feature)
    filtered.setSubsetString("use = 'residential'")
    told["filtered"] = sum(1 for _ in filtered.getFeatures())
    grids, committees, sites = (features(c, by_feature) for c in ("micro-grids", "committees", "key-sites"))
    symbols(grids, committees, sites if sites.wkbType() % 1000 == 1 else None)
    tiles, told["tiles"] = styled_tiles("buildings", "buildings", by_tile)
    told["styles"] = converted()
    told["inked"] = drawn([sites, committees, grids, tiles], BOX, "EPSG:3857", PICTURE)
    told["tiles"]["inked"] = drawn([tiles], BOX, "EPSG:3857", PICTURE.replace(".png", "-tiles.png"))
    print(json.dumps(told))
    del buildings, again, filtered, grids, committees, sites, tiles
    application.exitQgis()


main()
