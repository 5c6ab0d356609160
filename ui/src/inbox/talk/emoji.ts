// The emoji people at work use, with the words one looks for in English and
// German. A list of our own: small enough to be read, loaded when first needed.

export interface Emoji {
  char: string;
  words: readonly string[];
}

const TABLE = `
👍 thumbs up yes agree ok|daumen hoch ja gut einverstanden
👎 thumbs down no disagree|daumen runter nein dagegen
👌 ok hand perfect|passt perfekt
👏 clap applause bravo|applaus klatschen bravo
🙏 thanks please pray|danke bitte
🙌 hooray hands celebrate|hurra jubel
💪 strong muscle|stark muskel
🤝 deal handshake agreed|handschlag abgemacht vertrag
👋 wave hello bye|winken hallo tschüss
✌️ victory peace|sieg frieden
🤞 fingers crossed luck|daumen drücken glück
☝️ point up one|zeigefinger hinweis
👉 point right|rechts zeigen
👈 point left|links zeigen
👀 eyes looking|augen schauen
🫡 salute yes sir|salut jawohl
🤷 shrug dunno|achselzucken keine ahnung
🤦 facepalm|stirn klatschen
✅ done check yes|erledigt häkchen ja
☑️ checkbox|kästchen abgehakt
✔️ tick check|haken
❌ cross no wrong|kreuz nein falsch
❗ important exclamation|wichtig ausrufezeichen
❓ question|frage fragezeichen
⚠️ warning attention|warnung achtung
⛔ stop forbidden|stopp verboten
🚫 prohibited no|verboten nicht
🆗 ok button|ok taste
🆕 new|neu
🔥 fire hot great|feuer heiß toll
⭐ star favourite|stern favorit
🌟 glowing star|stern leuchtend
✨ sparkles new shiny|funkeln glanz
💯 hundred perfect|hundert perfekt
🎉 party celebrate congratulations|feier glückwunsch party
🎊 confetti|konfetti
🎂 birthday cake|geburtstag torte
🎁 gift present|geschenk
🏆 trophy win|pokal gewonnen
🥇 first gold medal|erster gold medaille
🚀 rocket launch fast|rakete start schnell
💡 idea light|idee licht
🧠 brain think|gehirn denken
🎯 target goal|ziel treffer
📌 pin|pinnwand nadel
📎 paperclip attachment|büroklammer anhang
🔗 link|verknüpfung
🔒 locked|gesperrt schloss
🔓 unlocked open|offen entsperrt
🔑 key|schlüssel
🔍 search magnifier|suche lupe
🔔 bell remind|glocke erinnern
🔕 mute silent|stumm leise
📣 announce megaphone|ankündigung megafon
💬 speech chat|sprechblase chat
💭 thought|gedanke
📝 note write memo|notiz schreiben
📄 document page|dokument seite
📃 page contract|seite vertrag
📑 tabs document|register
📊 chart bars|diagramm balken
📈 growth up chart|wachstum steigend
📉 down loss chart|fallend verlust
📅 calendar date|kalender termin
🗓️ calendar planning|kalender planung
⏰ alarm clock|wecker
⏳ waiting hourglass|warten sanduhr
⌛ time over|zeit um
⏱️ stopwatch|stoppuhr
🕐 clock time|uhr uhrzeit
📞 phone call|telefon anruf
📱 mobile phone|handy
💻 laptop computer|rechner
🖥️ desktop screen|bildschirm
🖨️ printer|drucker
📷 camera photo|kamera foto
🎥 video camera|videokamera
🎧 headphones|kopfhörer
🔋 battery|akku batterie
🔌 plug power|stecker strom
📧 mail email|mail e-mail
📨 incoming mail|eingehende post
📤 outbox sent|ausgang gesendet
📥 inbox received|eingang erhalten
📦 package delivery|paket lieferung
🚚 truck delivery|lastwagen lieferung
🚢 ship freight|schiff fracht
✈️ plane flight travel|flugzeug reise flug
🚆 train|zug bahn
🚗 car|auto
🏭 factory|fabrik werk
🏢 office building|büro gebäude
🏠 home|zuhause haus
🏦 bank|bank
🏥 hospital|krankenhaus
🛠️ tools repair|werkzeug reparatur
🔧 wrench fix|schraubenschlüssel reparieren
🔨 hammer|hammer
⚙️ settings gear|einstellungen zahnrad
🧪 test lab|test labor
🔬 microscope lab|mikroskop labor
🌡️ temperature thermometer|temperatur thermometer
💧 drop water|tropfen wasser
⚡ power lightning fast|blitz strom schnell
🧯 extinguisher|feuerlöscher
🦺 safety vest|warnweste sicherheit
💰 money bag|geld geldsack
💶 euro money|euro geld
💵 dollar money|dollar geld
💳 card payment|karte zahlung
🧾 receipt invoice|beleg rechnung
🛒 cart order|einkaufswagen bestellung
🤖 robot automatic|roboter automatisch
🐛 bug|fehler käfer
🌍 world globe|welt erde
🌱 seedling growth|setzling wachstum
🍀 luck clover|glück kleeblatt
🌹 rose flower|rose blume
💐 flowers bouquet|blumen strauß
☀️ sun weather|sonne wetter
☁️ cloud|wolke
🌧️ rain|regen
❄️ snow cold|schnee kalt
☕ coffee break|kaffee pause
🍵 tea|tee
🍺 beer|bier feierabend
🍻 cheers|prost
🥂 toast celebrate|anstoßen sekt
🍷 wine|wein
🍕 pizza lunch|pizza mittag
🍰 cake|kuchen
🍪 cookie|keks
🥨 pretzel|brezel
🍎 apple|apfel
😀 smile happy|lächeln froh
😃 happy|fröhlich
😄 laugh happy|lachen froh
😁 grin|grinsen
😆 laughing|lachend
😅 relieved sweat smile|erleichtert schwitzen
😂 tears laugh joy|tränen lachen
🤣 rolling laughing|kugeln vor lachen
🙂 slight smile|leichtes lächeln
🙃 upside down|kopfüber
😉 wink|zwinkern
😊 blush smile|erröten lächeln
😇 angel innocent|engel unschuldig
🥰 love hearts|verliebt herzen
😍 love eyes|verliebt augen
🤩 star eyes wow|begeistert wow
😘 kiss|kuss
😋 yummy|lecker
😛 tongue|zunge
😜 joking|scherz
🤗 hug|umarmung
🤔 thinking hmm|nachdenken hm
🤨 doubt eyebrow|zweifel augenbraue
😐 neutral|neutral
😑 expressionless|ausdruckslos
😶 speechless|sprachlos
🙄 eye roll|augenrollen
😏 smirk|schmunzeln
😬 grimace awkward|grimasse peinlich
😌 relieved calm|erleichtert ruhig
😔 sad pensive|traurig nachdenklich
😴 sleep tired|schlafen müde
🤒 sick ill|krank
🤕 hurt|verletzt
🤯 mind blown|sprachlos explodiert
😎 cool sunglasses|cool sonnenbrille
🤓 nerd|streber
🧐 monocle inspect|monokel prüfen
😕 confused|verwirrt
😟 worried|besorgt
🙁 frown|stirnrunzeln
😮 surprised wow|überrascht
😲 astonished|erstaunt
😳 flushed|errötet
🥺 please puppy|bitte flehend
😢 cry sad|weinen traurig
😭 sob crying|heulen
😱 scream shock|schock schrei
😞 disappointed|enttäuscht
😓 sweat stress|schweiß stress
😩 weary|erschöpft
😫 tired|fertig
🥱 yawn bored|gähnen langweilig
😤 huff|schnauben
😡 angry|wütend
😠 annoyed|ärgerlich
🤬 swear|fluchen
😈 devil|teufel
💩 poop|haufen
👻 ghost|geist
❤️ heart love|herz liebe
🧡 orange heart|oranges herz
💛 yellow heart|gelbes herz
💚 green heart|grünes herz
💙 blue heart|blaues herz
💜 purple heart|lila herz
🖤 black heart|schwarzes herz
💔 broken heart|gebrochenes herz
🔴 red circle|rot kreis
🟠 orange circle|orange kreis
🟡 yellow circle|gelb kreis
🟢 green circle|grün kreis
🔵 blue circle|blau kreis
⚪ white circle|weiß kreis
⚫ black circle|schwarz kreis
➕ plus add|plus dazu
➖ minus|minus weniger
➡️ right arrow next|pfeil rechts weiter
⬅️ left arrow back|pfeil links zurück
⬆️ up arrow|pfeil hoch
⬇️ down arrow|pfeil runter
🔄 refresh again|erneut aktualisieren
🔁 repeat|wiederholen
▶️ play start|abspielen start
⏸️ pause|pause
⏹️ stop|halt
1️⃣ one first|eins erstens
2️⃣ two second|zwei zweitens
3️⃣ three third|drei drittens
`;

/** Those offered first. */
export const QUICK = ['👍', '✅', '👀', '🙏', '🎉', '❤️'];

export const EMOJI: readonly Emoji[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [char = '', ...rest] = line.split(' ');
    const [en = '', de = ''] = rest.join(' ').split('|');
    return { char, words: [...en.split(' '), ...de.split(' ')].filter(Boolean) };
  });
