import type {LinkedUser} from './backend';

/** The best name there is for a linked user: providers may know neither name nor address. */
export function nameOf({name, email, id}: LinkedUser): string {
  return name ?? email ?? id;
}
