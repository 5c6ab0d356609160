"""Fill a fresh Tryton database with Velmora Instruments and its eight customers.

Runs once per template, in process through proteus, with the business's own buttons,
so that stages, numbers and sums are what a real company's would be. Dates are relative
to the day of seeding. Prints one line of JSON: how many of each thing there is.

    python tryton_seed.py CONFIGURATION DATABASE
"""

import datetime
import json
import sys
from decimal import Decimal

from proteus import Model, Wizard
from proteus import config as proteus_config

PASSWORD = "pw-{}"  # every user's password is `pw-` and the sign-in name

PEOPLE = [
    # sign-in, name, in charge of
    ("ines", "Ines Valdoro", "sales"),
    ("jonas", "Jonas Tveit", "service"),
    ("priya", "Priya Raman", "finance"),
]

CUSTOMERS = [
    # name, domain, street, postal code, city, country, phone, contacts
    ("Oakhollow Brewing", "oakhollow.example", "14 Maltings Lane", "HR4 9DN", "Hereford", "GB",
     "+44 1432 496 110", [("Marta Kessler", "Head of Quality"), ("Tom Arkwright", "Brewmaster")]),
    ("Braeloch Distillers", "braeloch.example", "3 Still Road", "AB38 9LR", "Aberlour", "GB",
     "+44 1340 496 220", [("Fiona Drummond", "Plant Manager")]),
    ("Sundvik Dairy", "sundvik.example", "Mejerigatan 7", "451 55", "Uddevalla", "SE",
     "+46 522 390 410", [("Elin Sandberg", "Purchasing"), ("Oskar Lind", "Maintenance")]),
    ("Tarnfeld Papier", "tarnfeld.example", "Werkstraße 21", "4600", "Wels", "AT",
     "+43 7242 390 55", [("Jürgen Hölzl", "Technischer Leiter")]),
    ("Calder Vale Water", "caldervale.example", "Pumphouse Way 1", "HX7 8AD", "Hebden Bridge", "GB",
     "+44 1422 496 330", [("Priscilla Okafor", "Operations"), ("Dan Whitlock", "Laboratory")]),
    ("Lindqora Pharma", "lindqora.example", "Forskarvägen 12", "752 37", "Uppsala", "SE",
     "+46 18 390 640", [("Astrid Nyberg", "Validation Lead"), ("Henrik Falk", "Procurement")]),
    ("Marisol Conservas", "marisol.example", "Rúa do Porto 48", "36202", "Vigo", "ES",
     "+34 986 390 770", [("Carmen Iglesias", "Directora de Calidad")]),
    ("Greyfen Energy", "greyfen.example", "9 Turbine Court", "PE1 5YT", "Peterborough", "GB",
     "+44 1733 496 880", [("Samuel Adeyemi", "Asset Manager"), ("Ruth Calloway", "Accounts")]),
]

PRODUCTS = [
    # name, kind, list price
    ("VI-200 Flow Meter", "goods", "1840.00"),
    ("VI-310 Pressure Transmitter", "goods", "620.00"),
    ("VI-450 pH Analyser", "goods", "3275.00"),
    ("Calibration on Site", "service", "145.00"),
    ("Service Plan, one year", "service", "980.00"),
]

OPPORTUNITIES = [
    # customer, what, amount, goes to, probability in percent
    (0, "Flow meters for the new bright-beer tanks", "18400.00", "opportunity", 70),
    (0, "Calibration contract 2027", "2900.00", "lead", 30),
    (0, "Pressure line upgrade", "6200.00", "won", 100),
    (1, "pH analysers for the still house", "13100.00", "opportunity", 55),
    (1, "Spare transmitters", "3100.00", "won", 100),
    (1, "Warehouse monitoring study", "4500.00", "lost", 10),
    (2, "Pasteuriser flow control", "22080.00", "converted", 80),
    (2, "Service plan for four sites", "3920.00", "lead", 40),
    (2, "Retrofit of the whey line", "9800.00", "cancelled", 0),
    (3, "White-water pH loop", "9825.00", "opportunity", 60),
    (3, "Transmitter framework order", "31000.00", "lead", 20),
    (4, "District metering, phase one", "55200.00", "converted", 85),
    (4, "District metering, phase two", "73600.00", "lead", 25),
    (4, "Laboratory analysers", "6550.00", "lost", 5),
    (5, "Validated pH analysers, building C", "26200.00", "opportunity", 65),
    (5, "Calibration with protocol", "4350.00", "won", 100),
    (6, "Brine concentration control", "7200.00", "lead", 35),
    (6, "Retort pressure transmitters", "4960.00", "opportunity", 50),
    (7, "Cooling-water flow survey", "11040.00", "opportunity", 45),
    (7, "Service plan, turbines 1 to 6", "5880.00", "cancelled", 0),
]

INVOICES = [
    # customer, product, quantity, days ago, paid; oldest first: numbers follow dates
    (4, 0, "6", 95, False),
    (1, 1, "5", 80, True),
    (0, 1, "10", 62, False),
    (5, 3, "30", 40, True),
    (2, 0, "4", 20, False),
    (7, 4, "2", 12, False),
    (6, 1, "3", 6, False),
    (3, 2, "1", 2, False),
]

# What `temp` may do: see opportunities. Nothing about invoices or sales.
TEMP_GROUPS = ["sale_opportunity.group_opportunity"]


def connect(configuration, database):
    return proteus_config.set_trytond(
        database=database, user="admin", config_file=configuration)


def found_company(config, today):
    """The company, its books, and three fiscal years so that posting never stops."""
    from trytond.modules.account.tests.tools import create_chart
    from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
    from trytond.modules.company.tests.tools import create_company, get_company
    from trytond.modules.currency.tests.tools import get_currency

    party = Model.get("party.party")(name="Velmora Instruments")
    party.save()
    create_company(party=party, currency=get_currency("EUR"))
    company = get_company()
    config._context = Model.get("res.user").get_preferences(True, {})
    config._context["company"] = company.id
    create_chart(company)
    for year in (today.year - 1, today.year, today.year + 1):
        fiscal_year = fiscal_year_of(company, year)
        set_fiscalyear_invoice_sequences(fiscal_year).save()
        fiscal_year.click("create_period")
    return company


def fiscal_year_of(company, year):
    sequence_type, = Model.get("ir.sequence.type").find([("name", "=", "Account Move")], limit=1)
    sequence = Model.get("ir.sequence.strict")(
        name=str(year), sequence_type=sequence_type, company=company)
    sequence.save()
    return Model.get("account.fiscalyear")(
        name=str(year), company=company, move_sequence=sequence,
        start_date=datetime.date(year, 1, 1), end_date=datetime.date(year, 12, 31))


def stock_the_shelves(accounts):
    from trytond.modules.account.tests.tools import create_tax

    tax = create_tax(Decimal(".20"))
    tax.save()
    category = Model.get("product.category")(name="Instruments", accounting=True)
    category.account_expense = accounts["expense"]
    category.account_revenue = accounts["revenue"]
    category.customer_taxes.append(tax)
    category.save()
    unit, = Model.get("product.uom").find([("name", "=", "Unit")])
    products = []
    for name, kind, price in PRODUCTS:
        template = Model.get("product.template")(
            name=name, type=kind, default_uom=unit, salable=True,
            list_price=Decimal(price), account_category=category)
        template.save()
        products.append(template.products[0])
    return products


def payment_terms():
    term = Model.get("account.invoice.payment_term")(name="30 days net")
    term.lines.new(type="remainder").relativedeltas.new(days=30)
    term.save()
    return term


def cash_method(company, accounts):
    journal, = Model.get("account.journal").find([("type", "=", "cash")], limit=1)
    method = Model.get("account.invoice.payment.method")(
        name="Bank", company=company, journal=journal,
        credit_account=accounts["cash"], debit_account=accounts["cash"])
    method.save()
    return method


def hire(config, company):
    """Three employees who may do everything, and `temp`, who may see opportunities only."""
    User, Group = Model.get("res.user"), Model.get("res.group")
    Company, Employee = Model.get("company.company"), Model.get("company.employee")
    employees = []
    for login, name, _ in PEOPLE:
        party = Model.get("party.party")(name=name)
        contact(party, "email", f"{login}@velmora.example")
        party.save()
        employee = Employee(party=party, company=company)
        employee.save()
        if employees:
            employee.supervisor = employees[0]
            employee.save()
        employees.append(employee)
        user = User(name=name, login=login, password=PASSWORD.format(login),
                    email=f"{login}@velmora.example")
        user.companies.append(Company(company.id))
        user.employees.append(Employee(employee.id))
        for group in Group.find([]):
            user.groups.append(group)
        user.save()
        user.company, user.employee = Company(company.id), Employee(employee.id)
        user.save()
    temp = User(name="Temp", login="temp", password=PASSWORD.format("temp"))
    temp.companies.append(Company(company.id))
    for name in TEMP_GROUPS:
        temp.groups.append(Group(Model.get("ir.model.data").get_id(name, config.context)))
    temp.save()
    temp.company = Company(company.id)
    temp.save()
    return employees


def contact(party, kind, value):
    mechanism = party.contact_mechanisms.new(type=kind)
    mechanism.value = value


def win_customers(term):
    """The eight customers; each contact is a party of its own, tied by a relation."""
    Party = Model.get("party.party")
    Relation = Model.get("party.relation.type")
    english, = Model.get("ir.lang").find([("code", "=", "en")])
    employs = Relation(name="employs")
    employs.save()
    works_at = Relation(name="works at", reverse=employs)
    works_at.save()
    employs.reverse = works_at
    employs.save()
    Country = Model.get("country.country")
    countries = {}
    for code, name in (("GB", "United Kingdom"), ("SE", "Sweden"), ("AT", "Austria"),
                       ("ES", "Spain")):
        found = Country.find([("code", "=", code)])
        countries[code] = found[0] if found else Country(name=name, code=code)
        if not found:
            countries[code].save()
    customers = []
    for name, domain, street, postal, city, country, phone, people in CUSTOMERS:
        customer = Party(name=name, lang=english, customer_payment_term=term)
        address = customer.addresses[0]
        address.street_unstructured = street
        address.postal_code, address.city = postal, city
        address.country = countries[country]
        contact(customer, "email", f"office@{domain}")
        contact(customer, "phone", phone)
        contact(customer, "website", f"https://{domain}")
        customer.save()
        for extension, (person, role) in enumerate(people, start=1):
            child = Party(name=person, lang=english)
            contact(child, "email", mail_of(person, domain))
            contact(child, "phone", f"{phone} {extension}")
            child.contact_mechanisms[0].comment = role
            child.addresses[0].city = city
            relation = child.relations.new(type=works_at)
            relation.to = customer
            child.save()
        customers.append(customer)
    return customers


def mail_of(person, domain):
    plain = person.lower()
    for letter, ascii_letters in (("ü", "ue"), ("ö", "oe"), ("ä", "ae")):
        plain = plain.replace(letter, ascii_letters)
    return f"{plain.replace(' ', '.')}@{domain}"


def sell(customers, products, employees, term, today):
    Opportunity = Model.get("sale.opportunity")
    made, sales = [], []
    for place, (who, what, amount, fate, chance) in enumerate(OPPORTUNITIES):
        customer = customers[who]
        opportunity = Opportunity(
            description=what, party=customer, address=customer.addresses[0],
            payment_term=term, amount=Decimal(amount), employee=employees[place % 2],
            start_date=today - datetime.timedelta(days=7 * (place + 1)))
        opportunity.conversion_probability = Decimal(chance) / 100
        opportunity.save()
        line = opportunity.lines.new(product=products[place % len(products)])
        line.quantity = 2 + place % 5
        opportunity.save()
        made.append(opportunity)
        if fate == "lead":
            continue
        opportunity.click("opportunity")
        if fate == "lost":
            opportunity.click("lost")
        elif fate == "cancelled":
            opportunity.click("cancel")
        elif fate in ("converted", "won"):
            sale, = opportunity.click("convert")
            sale.click("quote")
            if fate == "won":
                sale.click("confirm")
                sale.click("process")
            sales.append(sale)
    # Two orders that began without an opportunity.
    for customer, product, quantity in ((customers[6], products[4], 3), (customers[7], products[3], 8)):
        sale = Model.get("sale.sale")(party=customer, payment_term=term)
        line = sale.lines.new()
        line.product, line.quantity = product, quantity
        sale.click("quote")
        sale.click("confirm")
        sales.append(sale)
    return made, sales


def invoice(customers, products, term, method, today):
    posted = []
    for who, what, quantity, days, paid in INVOICES:
        bill = Model.get("account.invoice")(type="out", party=customers[who], payment_term=term)
        bill.invoice_date = today - datetime.timedelta(days=days)
        line = bill.lines.new()
        line.product = products[what]
        line.quantity = float(quantity)
        line.unit_price = products[what].template.list_price
        bill.save()
        bill.click("post")
        if paid:
            pay = bill.click("pay")
            pay.form.payment_method = method
            pay.form.date = min(today, bill.invoice_date + datetime.timedelta(days=14))
            pay.execute("choice")
        posted.append(bill)
    return posted


def run_a_project(company, customers, employees, today):
    Work, Line = Model.get("project.work"), Model.get("timesheet.line")
    project = Work(name="District metering rollout", type="project", company=company,
                   timesheet_available=False)
    project.party = customers[4]
    project.save()
    for place, name in enumerate(("Survey the chambers", "Mount the meters", "Commission telemetry",
                                  "Train the operators", "Hand over")):
        task = Work(name=name, type="task", parent=project, company=company,
                    effort_duration=datetime.timedelta(hours=8 * (place + 1)),
                    timesheet_available=True)
        task.save()
        if place < 3:
            Line(employee=employees[1], work=task.timesheet_works[0],
                 date=today - datetime.timedelta(days=3 - place),
                 duration=datetime.timedelta(hours=2 + place),
                 description=f"{name}, day one").save()


def clock_in(company, employees, today):
    """Two days of Jonas coming and going."""
    Attendance = Model.get("attendance.line")
    for days in (2, 1):
        day = today - datetime.timedelta(days=days)
        for hour, kind in ((7, "in"), (15, "out")):
            Attendance(company=company, employee=employees[1], type=kind,
                       at=datetime.datetime.combine(day, datetime.time(hour, 30))).save()


def remember(opportunities, customers):
    Note, Attachment = Model.get("ir.note"), Model.get("ir.attachment")
    Note(resource=opportunities[0],
         message="Marta asked for the calibration certificates before Friday.").save()
    Note(resource=customers[5], message="Only on-site visits with a signed protocol.").save()
    Attachment(name="Tank layout.txt", resource=opportunities[0], type="data",
               data=b"Bright-beer tanks BBT-1 to BBT-6, DN80.\n").save()


COUNTED = {
    "parties": "party.party",
    "relations": "party.relation.all",
    "contact_mechanisms": "party.contact_mechanism",
    "employees": "company.employee",
    "opportunities": "sale.opportunity",
    "sales": "sale.sale",
    "invoices": "account.invoice",
    "products": "product.product",
    "works": "project.work",
    "timesheet_lines": "timesheet.line",
    "attendances": "attendance.line",
    "notes": "ir.note",
    "attachments": "ir.attachment",
}


def main():
    configuration, database = sys.argv[1:]
    config = connect(configuration, database)
    # Old invoices fall due in the past, which the server asks about; here it is meant.
    config.skip_warning = True
    from trytond.modules.account.tests.tools import get_accounts

    today = datetime.date.today()
    company = found_company(config, today)
    accounts = get_accounts(company)
    products = stock_the_shelves(accounts)
    term = payment_terms()
    employees = hire(config, company)
    customers = win_customers(term)
    opportunities, _ = sell(customers, products, employees, term, today)
    invoice(customers, products, term, cash_method(company, accounts), today)
    run_a_project(company, customers, employees, today)
    clock_in(company, employees, today)
    remember(opportunities, customers)
    print(json.dumps({name: len(Model.get(model).find([])) for name, model in COUNTED.items()}))


if __name__ == "__main__":
    main()
