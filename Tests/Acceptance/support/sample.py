"""A small library that tests ask questions of: unlike topics, so that a search can tell them apart."""

LOQUAT_TREE = """\
# The loquat tree

The loquat is an evergreen tree of the rose family. It came from the hills of southern China.

## Height

A loquat tree grows to ten metres at most. Gardeners in Valencia prune the loquat to half of that.

## Harvest

Loquat fruit ripens in early spring. The fruit bruises within a day of picking. 🍊 Its seeds are poisonous.
"""

NOTES = {
    "sourdough": "A sourdough starter is fed with rye flour twice a day. The dough rests for eighteen hours before it is baked.",
    "brakes": "Disc brakes stop a bicycle sooner in rain than rim brakes. Their pads last four thousand kilometres.",
    "tides": "The Bay of Fundy has the highest tides on Earth. The water rises sixteen metres between ebb and flood.",
    "bees": "A healthy hive holds fifty thousand bees in June. Keepers smoke the hive so that the bees stay calm.",
    "chess": "The Sicilian Defence answers the king's pawn with the pawn of the c file. Its dragon variation puts a bishop on g7.",
    "volcano": "Stromboli has erupted almost without a pause for two thousand years. Sailors call the volcano a lighthouse.",
    "glass": "Glassblowers heat sand and soda to seventeen hundred degrees. The furnace on Murano never goes cold.",
    "violin": "A violin's top is carved from spruce and its back from maple. The varnish of Cremona holds iron and madder.",
    "lighthouse": "The Eddystone light was lit by twenty-four candles. Smeaton built its tower after the shape of an oak.",
}

# File names and what the files hold.
LIBRARY = {"loquat.md": LOQUAT_TREE} | {f"{name}.md": f"# {name.capitalize()}\n\n{text}\n" for name, text in NOTES.items()}

QUESTION = "How tall does a loquat tree grow?"
FACT = "ten metres"
NONSENSE = "zxqvort blimpfang kwyjibolo grrmlth"


def fill(api, name):
    """A collection of that name with the whole library, ready to be asked."""
    collection = api.collection(name)
    documents = [api.upload(collection, filename, text) for filename, text in LIBRARY.items()]
    api.ready(*documents)
    return collection
