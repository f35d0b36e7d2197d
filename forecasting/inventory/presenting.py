"""A stock in words and cells."""

from math import ceil

from django.utils.html import format_html

from forecasting.inventory.selectors import Stock
from forecasting.presenting import PERIODS, exactly
from traceapp.web.drawing import number

HEAD = ("Product", "Place", "Order at", "Order up to", "Safety stock", "Sold meanwhile", "Lead time, days")
FROM = {"given": "as you asked", "assumed": "assumed: no delivery known"}


def whence(stock: Stock) -> str:
    if stock.whence == "deliveries":
        return f"from {stock.deliveries:,} deliveries" if stock.deliveries != 1 else "from 1 delivery"
    return FROM[stock.whence]


def days(stock: Stock) -> str:
    lead = stock.wish.lead_time
    return number(lead.days) + (f" ± {number(lead.spread)}" if lead.spread else "")


def cells(stock: Stock) -> list[str]:
    """Of a table, from the reorder point on: on a telephone what to do stands before why."""
    found = stock.policy
    numbers = (found.reorder_point, found.order_up_to, found.safety_stock, found.expected)
    return [*map(exactly, numbers), format_html("{}<br><small>{}</small>", days(stock), whence(stock))]


def unit(stock: Stock) -> str:
    return stock.series.unit or "pieces"


def words(stock: Stock) -> list[str]:
    """What to do and why, in sentences."""
    found, wish, name = stock.policy, stock.wish, unit(stock)
    said = [
        f"Order when no more than {number(found.reorder_point)} {name} are on hand and on order, and then up to "
        f"{number(found.order_up_to)}.",
        f"Until a delivery is there ({days(stock)} days, {whence(stock)}), {number(found.expected)} {name} are "
        f"expected to be sold. {number(found.safety_stock)} more are the safety stock, so that "
        f"{100 * wish.service:g} of 100 order cycles end without a stock-out.",
        f"The order-up-to level also covers the {number(wish.review)} days until the next look at the stock.",
    ]
    if found.repeated:
        said.append(
            f"The forecast ends {found.repeated} {PERIODS[stock.series.every]} before that: its last season was "
            f"taken again for the rest. A longer forecast says it better."
        )
    return said


def order(stock: Stock, position: float) -> str:
    """What to order with so much on hand and on order."""
    amount = stock.policy.order(position)
    if amount <= 0:
        above = position - stock.policy.reorder_point
        return f"Nothing to order: {number(above)} {unit(stock)} above the reorder point."
    said = f"{ceil(amount):,}" if not stock.series.unit else number(amount)
    return f"Order {said} {unit(stock)} now."
