"""The words of the public page."""

SITE_WORDS: dict[str, dict[str, str]] = {
    "es": {
        "title": "Las cámaras de {town}",
        "lead": (
            "Qué cámaras hay, para qué están, cuánto se guarda, quién mira y cómo "
            "comprobarlo sin tener que creernos."
        ),
        "does": "Qué hace",
        "does_list": (
            "Graba cifrado en equipos propios del municipio.\nMuestra todo con las "
            "personas tapadas.\nAvisa de situaciones, nunca de identidades.\nEl "
            "original lo ven solo quienes tienen un motivo y el permiso de otra "
            "persona.\nCada mirada queda en un registro que cualquiera puede comprobar."
        ),
        "never": "Qué no hace nunca",
        "never_list": (
            "No reconoce caras ni busca a una persona de cámara en cámara.\nNo "
            "clasifica a las personas.\nNo sigue patentes ni teléfonos.\nNo pone "
            "puntajes a nadie.\nNo graba sonido."
        ),
        "cameras_title": "Cámaras",
        "map": "Mapa de las cámaras; el norte está arriba",
        "numbers_title": "Números por mes",
        "numbers_text": (
            "Cuentas de lo que hizo el sistema y de lo que hicieron quienes trabajan "
            "con él. Los números de 1 a 4 no se dicen: podrían señalar a alguien. "
            "Los motivos de los pedidos se dicen cuando el mes terminó."
        ),
        "month": "Mes",
        "availability": "Disponibilidad",
        "unfinished": "en curso",
        "n_cameras": "Cámaras",
        "n_events": "Eventos",
        "n_incidents": "Incidentes con pedido",
        "n_looks": "Miradas",
        "n_originals": "de originales",
        "n_requests": "Pedidos de originales",
        "n_granted": "autorizados",
        "n_refused": "rechazados",
        "n_glass": "sin segunda persona",
        "n_exports": "Descargas",
        "n_holds": "Retenciones",
        "n_access": "Pedidos de acceso",
        "n_shredded": "Horas destruidas",
        "reasons": "Motivos de los pedidos, {month}",
        "ledger_title": "El registro, y cómo comprobarlo",
        "ledger_text": (
            "Todo lo que tiene consecuencias se asienta antes de que ocurra. Este es "
            "el sello más nuevo: si alguien cambiara, quitara o agregara un asiento "
            "viejo, dejaría de coincidir."
        ),
        "no_checkpoint": "Todavía no hay sello.",
        "key": "Clave con la que se verifica:",
        "no_witness": "Todavía no hay testigos externos configurados.",
        "witnesses": "Testigos que firman los sellos desde afuera:",
        "witnessed": "firmó hasta el asiento {size}",
        "check": "Para comprobarlo entero, con Python y nada más:",
        "address": "DIRECCIÓN-DE-ESTA-PÁGINA",
        "rights_title": "Sus derechos",
        "rights_text": (
            "Usted puede pedir ver las imágenes en las que aparece, y reclamar (Ley "
            "25.326, arts. 14 y 16). Hágalo pronto: las grabaciones se destruyen a las "
            "{hours} horas, salvo que se las retenga. Diga dónde, qué día y a qué hora."
        ),
        "office": "Oficina responsable",
        "contact": "Contacto",
        "postal": "Dirección",
        "data_title": "Datos abiertos",
        "made": "Página hecha el {on}.",
        "purpose": "Finalidad",
        "basis": "Base legal",
        "kept": "Conservación",
        "hours": "{hours} horas",
        "state": "Estado",
        "on": "en funcionamiento",
        "off": "apagada",
        "camera_title": "Esta cámara",
        "notice": "Cartel para la vía pública",
        "reason_crime": "Delito",
        "reason_crash": "Choque",
        "reason_medical": "Emergencia médica",
        "reason_fire": "Incendio",
        "reason_search": "Búsqueda de persona",
        "reason_court_order": "Orden judicial",
        "reason_access_request": "Acceso a la propia imagen",
        "reason_other": "Otro",
    },
    "en": {
        "title": "The cameras of {town}",
        "lead": (
            "Which cameras there are, what for, how long recordings are kept, who "
            "looks, and how to check it without having to believe us."
        ),
        "does": "What it does",
        "does_list": (
            "Records encrypted on the town’s own machines.\nShows everything with "
            "people covered.\nNotices situations, never identities.\nThe original is "
            "seen only with a reason and somebody else’s permission.\nEvery look is in "
            "a ledger that anybody can check."
        ),
        "never": "What it never does",
        "never_list": (
            "It does not recognise faces or look for a person from camera to camera.\n"
            "It does not sort people into categories.\nIt does not follow number "
            "plates or phones.\nIt gives nobody a score.\nIt records no sound."
        ),
        "cameras_title": "Cameras",
        "map": "Map of the cameras; north is up",
        "numbers_title": "Numbers by month",
        "numbers_text": (
            "Counts of what the system did and of what those who work with it did. "
            "Numbers from 1 to 4 are not told: they might point at somebody. "
            "The reasons of the requests are told once the month is over."
        ),
        "month": "Month",
        "availability": "Availability",
        "unfinished": "not over",
        "n_cameras": "Cameras",
        "n_events": "Events",
        "n_incidents": "Incidents with a request",
        "n_looks": "Looks",
        "n_originals": "at originals",
        "n_requests": "Requests for originals",
        "n_granted": "granted",
        "n_refused": "refused",
        "n_glass": "without a second person",
        "n_exports": "Exports",
        "n_holds": "Holds",
        "n_access": "Access requests",
        "n_shredded": "Hours destroyed",
        "reasons": "Reasons of the requests, {month}",
        "ledger_title": "The ledger, and how to check it",
        "ledger_text": (
            "Everything of consequence is written down before it happens. This is the "
            "newest checkpoint: if anybody changed, removed or added an old entry, it "
            "would no longer fit."
        ),
        "no_checkpoint": "There is no checkpoint yet.",
        "key": "Key to verify it with:",
        "no_witness": "No outside witnesses are configured yet.",
        "witnesses": "Witnesses that sign the checkpoints from outside:",
        "witnessed": "has signed up to entry {size}",
        "check": "To check all of it, with Python and nothing else:",
        "address": "ADDRESS-OF-THIS-PAGE",
        "rights_title": "Your rights",
        "rights_text": (
            "You may ask to see the pictures that show you, and complain (Ley 25.326, "
            "arts. 14 and 16). Do so soon: recordings are destroyed after {hours} "
            "hours unless they are held. Say where, on which day and at what time."
        ),
        "office": "Responsible office",
        "contact": "Contact",
        "postal": "Address",
        "data_title": "Open data",
        "made": "Page made on {on}.",
        "purpose": "Purpose",
        "basis": "Legal basis",
        "kept": "Kept for",
        "hours": "{hours} hours",
        "state": "State",
        "on": "running",
        "off": "off",
        "camera_title": "This camera",
        "notice": "Notice for the street",
        "reason_crime": "Crime",
        "reason_crash": "Crash",
        "reason_medical": "Medical emergency",
        "reason_fire": "Fire",
        "reason_search": "Search for a person",
        "reason_court_order": "Court order",
        "reason_access_request": "One’s own pictures",
        "reason_other": "Other",
    },
}
