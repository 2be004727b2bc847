"""Messages that pass outside the networks:
alerts for staff, codes and notices by e-mail or SMS, and answers that come in by e-mail. It never reaches a network
and proves nobody's identity.
"""
