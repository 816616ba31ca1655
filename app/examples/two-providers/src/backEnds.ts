import {brand} from '../../../src/brand';
import type {BackEnd} from '../../../src/config';

/** The accounting system of the business: an administrator links it once, for everybody. */
export const books: BackEnd = {
  name: 'BOOKS',
  calls: {},
  brand: {
    ...brand,
    provider: 'Example Books',
    description: 'Link your books to see the entries of each payment.',
    color: '#0f5c5c',
  },
};

/** The mailbox of each user. */
export const mail: BackEnd = {
  name: 'MAIL',
  calls: {},
  brand: {
    ...brand,
    provider: 'Example Mail',
    description: 'Link your mailbox to see what you have written to a customer.',
    color: '#7a3e9d',
  },
};
